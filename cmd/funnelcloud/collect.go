package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/ingest/collector"
)

// collectFlags are those of the collector. Secrets come from the environment too, where no list of processes shows them.
type collectFlags struct {
	listen, monitor string
	keys, webhooks  []string
	compression     string
	options         collector.Options
}

const (
	keysVariable     = "FUNNELCLOUD_WRITE_KEYS"
	webhooksVariable = "FUNNELCLOUD_WEBHOOKS"
)

func newCollect(connections *connectionFlags) *cobra.Command {
	var flags collectFlags
	c := &cobra.Command{
		Use:   "collect",
		Short: "Take what analytics SDKs and webhooks send over HTTP to Kafka, until stopped",
		Long: `Point an SDK at this address and its events go to Kafka: Segment, RudderStack and Jitsu; PostHog; Snowplow;
Amplitude; Mixpanel; webhooks of Stripe, Intercom, HubSpot and whoever signs with an HMAC.
A request is answered with 2xx after Kafka has acknowledged all of its events.`,
		Example: `  funnelcloud collect --write-key segment=KEY --write-key posthog:web_events=KEY --webhook stripe=whsec_…
  FUNNELCLOUD_WRITE_KEYS=segment=KEY,snowplow=my-app funnelcloud collect --listen :8088 --monitor 127.0.0.1:9464`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := flags.complete(); err != nil {
				return usageError{err}
			}
			if flags.options.Brokers, err = connections.brokers(); err != nil {
				return err
			}
			access, err := connections.access()
			if err != nil {
				return err
			}
			if access != (ingest.Access{}) {
				flags.options.Transport = access.Transport()
			}
			// The local stack is ours to add topics to; somebody else's Kafka is not.
			if connections.kafka == "" {
				if err := broker.CreateTopics(c.Context(), flags.options.Brokers, localPartitions, 1, flags.options.Topics()...); err != nil {
					return err
				}
			}
			return flags.run(c.Context(), newScreen(false))
		},
	}
	flags.register(c.Flags())
	connections.register(c.Flags())
	return c
}

func (f *collectFlags) register(flags *pflag.FlagSet) {
	o := &f.options
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8088", "host:port to listen on")
	flags.StringVar(&f.monitor, "monitor", "", "host:port of its own for health checks and Prometheus's /metrics, which senders then don't see (default: beside everything else)")
	flags.StringArrayVar(&f.keys, "write-key", nil, "who may send: protocol=KEY or protocol:topic=KEY; may be repeated; more of them in "+keysVariable+
		", comma-separated; protocols: "+strings.Join(collector.Protocols, ", "))
	flags.StringArrayVar(&f.webhooks, "webhook", nil, "whose webhooks are taken at /webhooks/name: name=SECRET or name:topic=SECRET; may be repeated; more in "+webhooksVariable)
	flags.BoolVar(&o.Open, "open", false, "take events without a write key too")
	flags.BoolVar(&o.KeepIP, "keep-ip", false, "write the sender's address into events")
	flags.BoolVar(&o.TrustForwarded, "trust-forwarded", false, "a proxy of ours is in front: believe X-Forwarded-For and X-Forwarded-Proto")
	flags.StringVar(&o.PublicURL, "public-url", "", "scheme and host as senders see them, for signatures over the URL (HubSpot)")
	flags.StringSliceVar(&o.AllowOrigins, "allow-origin", nil, "origins whose browsers may send (default: any)")
	flags.Int64Var(&o.MaxBody, "max-body", 0, "bytes of a request's body at most (default 10 MiB)")
	flags.Int64Var(&o.MaxDecoded, "max-decoded", 0, "bytes of a body at most when decompressed (default 32 MiB)")
	flags.IntVar(&o.MaxEvents, "max-events", 0, "events of a request at most (default 10000)")
	flags.IntVar(&o.MaxEvent, "max-event", 0, "bytes of an event at most (default 900000)")
	flags.Int64Var(&o.MaxMemory, "max-memory", 0, "bytes that all requests in flight may take together (default 256 MiB)")
	flags.IntVar(&o.MaxConns, "max-connections", 0, "connections at once at most (default 4096)")
	flags.DurationVar(&o.Linger, "linger", 0, "how long a message waits for others to go with (default 2ms; negative: not at all)")
	flags.DurationVar(&o.DeliveryTimeout, "delivery-timeout", 0, "how long Kafka may take to acknowledge (default 5s)")
	flags.DurationVar(&o.DrainDelay, "drain-delay", 0, "how long /readyz says no before connections are refused, when told to stop (default 0s)")
	flags.StringVar(&f.compression, "compression", "lz4", "of what goes to Kafka: none, gzip, snappy, lz4, zstd")
}

// complete reads what is text and what the environment says.
func (f *collectFlags) complete() error {
	var faults []error
	for _, text := range append(f.keys, listed(os.Getenv(keysVariable))...) {
		key, err := collector.ParseKey(text)
		faults = append(faults, err)
		f.options.Keys = append(f.options.Keys, key)
	}
	for _, text := range append(f.webhooks, listed(os.Getenv(webhooksVariable))...) {
		webhook, err := collector.ParseWebhook(text)
		faults = append(faults, err)
		f.options.Webhooks = append(f.options.Webhooks, webhook)
	}
	if f.compression != "none" {
		if err := f.options.Compression.UnmarshalText([]byte(f.compression)); err != nil || f.options.Compression == kafka.Compression(0) {
			faults = append(faults, fmt.Errorf("--compression %s is none of none, gzip, snappy, lz4, zstd", f.compression))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if !f.options.Open && len(f.options.Keys) == 0 && len(f.options.Webhooks) == 0 {
		return errors.New("nobody may send: name who with --write-key or --webhook, or open it to everybody with --open")
	}
	return nil
}

func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == ' ' })
}

// run collects until the context ends and everything in flight is done.
func (f *collectFlags) run(ctx context.Context, s *screen) (err error) {
	f.options.HideMetrics = f.monitor != ""
	f.options.Logger = warnings()
	c, err := collector.New(ctx, f.options)
	if err != nil {
		return err
	}
	defer c.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen for events: %w", err)
	}
	stop, err := serveMonitor(s, f.monitor, c.Monitor())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, stop()) }()
	at := "http://" + listener.Addr().String()
	s.title("Collecting; Ctrl-C stops it and loses nothing")
	s.places([][]string{
		{"SDKs send to", at},
		{"Kafka", strings.Join(f.options.Brokers, ",")},
		{"topics", strings.Join(f.options.Topics(), ", ")},
		{"health", at + "/healthz, /readyz"},
	})
	began := time.Now()
	err = c.Serve(ctx, listener)
	stats := c.Stats()
	s.facts([][]string{
		{"requests", thousands(int64(stats.Requests))},
		{"events", thousands(int64(stats.Events))},
		{"requests refused", thousands(int64(stats.Refused))},
		{"seconds", fmt.Sprintf("%.1f", time.Since(began).Seconds())},
	})
	return err
}
