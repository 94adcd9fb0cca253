package collector

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// Options of a collector. Zero values take the defaults named.
type Options struct {
	Brokers   []string         // host:port
	Transport *kafka.Transport // TLS and SASL; default: neither

	Keys     []Key     // who may send events
	Webhooks []Webhook // who may call /webhooks/<name>
	Open     bool      // take events without a write key too; webhooks are always signed

	MaxBody       int64         // bytes of a body as it is sent, default 10 MiB
	MaxDecoded    int64         // bytes of a body decompressed, default 32 MiB
	MaxEvent      int           // bytes of one event, default 900,000: what a Kafka broker takes by default
	MaxEvents     int           // events of one request, default 10,000
	MaxMemory     int64         // bytes of all requests in flight, default 256 MiB
	MaxConns      int           // connections at once, default 4096; more wait to be accepted
	HeaderTimeout time.Duration // for a request's header to arrive, default 5 s
	BodyTimeout   time.Duration // for a request to arrive whole, default 30 s

	Linger          time.Duration     // how long a first message waits for others, default 2 ms, negative: not at all
	DeliveryTimeout time.Duration     // for Kafka to acknowledge, default 5 s: shorter than SDKs wait for an answer
	Compression     kafka.Compression // of batches on their way to Kafka, default none
	DrainDelay      time.Duration     // how long /readyz says no before connections are refused, default 0
	StopTimeout     time.Duration     // for requests in flight when told to stop, default 20 s

	AllowOrigins   []string // for browsers; default: any
	KeepIP         bool     // write the sender's address into events; default: it is not kept
	TrustForwarded bool     // the sender's address is the first of X-Forwarded-For, as a proxy of ours writes it
	PublicURL      string   // scheme and host that senders see, for signatures over the URL; default: what the request says

	HideMetrics bool // /metrics is served by Monitor alone, which the internet does not see

	Logger *slog.Logger
}

// Key is a write key: whoever shows it may send events of a protocol, which go to a topic.
type Key struct {
	Protocol string // one of Protocols
	Topic    string // default: the protocol's name
	Secret   string
}

// Webhook is a sender of webhooks and the secret of its signatures.
type Webhook struct {
	Name   string // the last part of the path: stripe, intercom, hubspot, or any other for a plain HMAC
	Topic  string // default: the name
	Secret string
}

// Protocols are the kinds of SDKs that are understood, and the topics that their events go to unless a key says otherwise.
var Protocols = []string{protocolSegment, protocolPosthog, protocolSnowplow, protocolAmplitude, protocolMixpanel}

const (
	protocolSegment   = "segment"
	protocolPosthog   = "posthog"
	protocolSnowplow  = "snowplow"
	protocolAmplitude = "amplitude"
	protocolMixpanel  = "mixpanel"
	protocolWebhook   = "webhook"
)

// ParseKey reads protocol=secret or protocol:topic=secret.
func ParseKey(s string) (Key, error) {
	name, topic, secret, err := parseSecret(s)
	if err == nil && !slices.Contains(Protocols, name) {
		err = fmt.Errorf("%q is none of %s", name, strings.Join(Protocols, ", "))
	}
	if err != nil {
		return Key{}, fmt.Errorf("write key: %w", err)
	}
	return Key{name, topic, secret}, nil
}

// ParseWebhook reads name=secret or name:topic=secret.
func ParseWebhook(s string) (Webhook, error) {
	name, topic, secret, err := parseSecret(s)
	if err != nil {
		return Webhook{}, fmt.Errorf("webhook: %w", err)
	}
	return Webhook{name, topic, secret}, nil
}

// parseSecret does not say back what it was given: it may be the secret.
func parseSecret(s string) (name, topic, secret string, err error) {
	name, secret, ok := strings.Cut(strings.TrimSpace(s), "=")
	if !ok || name == "" || secret == "" {
		return "", "", "", errors.New("write name=secret or name:topic=secret")
	}
	name, topic, _ = strings.Cut(name, ":")
	return name, cmp.Or(topic, name), secret, nil
}

func (o Options) withDefaults() Options {
	o.MaxBody = cmp.Or(o.MaxBody, 10<<20)
	o.MaxDecoded = cmp.Or(o.MaxDecoded, 32<<20)
	o.MaxEvent = cmp.Or(o.MaxEvent, batchBytes)
	o.MaxEvents = cmp.Or(o.MaxEvents, 10_000)
	o.MaxMemory = cmp.Or(o.MaxMemory, 256<<20)
	o.MaxConns = cmp.Or(o.MaxConns, 4096)
	o.HeaderTimeout = cmp.Or(o.HeaderTimeout, 5*time.Second)
	o.BodyTimeout = cmp.Or(o.BodyTimeout, 30*time.Second)
	o.Linger = cmp.Or(o.Linger, 2*time.Millisecond)
	o.DeliveryTimeout = cmp.Or(o.DeliveryTimeout, 5*time.Second)
	o.StopTimeout = cmp.Or(o.StopTimeout, 20*time.Second)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	o.Keys = slices.Clone(o.Keys)
	for i := range o.Keys {
		o.Keys[i].Topic = cmp.Or(o.Keys[i].Topic, o.Keys[i].Protocol)
	}
	o.Webhooks = slices.Clone(o.Webhooks)
	for i := range o.Webhooks {
		o.Webhooks[i].Topic = cmp.Or(o.Webhooks[i].Topic, o.Webhooks[i].Name)
	}
	return o
}

func (o Options) validate() error {
	var faults []error
	if len(o.Brokers) == 0 {
		faults = append(faults, errors.New("no Kafka brokers given"))
	}
	if !o.Open && len(o.Keys) == 0 && len(o.Webhooks) == 0 {
		faults = append(faults, errors.New("nobody may send: give a write key or a webhook, or open it to everybody"))
	}
	for i, k := range o.Keys {
		if !slices.Contains(Protocols, k.Protocol) || k.Secret == "" {
			faults = append(faults, fmt.Errorf("write key %d: needs a secret and one of the protocols %s", i+1, strings.Join(Protocols, ", ")))
		}
	}
	for _, w := range o.Webhooks {
		if w.Name == "" || w.Secret == "" || strings.ContainsAny(w.Name, "/?# ") {
			faults = append(faults, fmt.Errorf("webhook %q needs a secret and a name that can be part of a path", w.Name))
		}
	}
	if o.MaxBody < 0 || o.MaxDecoded < 0 || o.MaxEvent < 0 || o.MaxEvents < 0 || o.MaxMemory < 0 || o.MaxConns < 0 || o.MaxDecoded > 1<<30 {
		faults = append(faults, errors.New("a bound is negative or beyond a gigabyte"))
	}
	if o.MaxEvent > batchBytes*64 {
		faults = append(faults, fmt.Errorf("an event of %d bytes is more than Kafka can be asked to take", o.MaxEvent))
	}
	if len(faults) > 0 {
		return fmt.Errorf("start the collector: %w", errors.Join(faults...))
	}
	return nil
}

// Topics are those that events may go to: they have to exist.
func (o Options) Topics() []string {
	o = o.withDefaults()
	topics := map[string]bool{}
	for _, k := range o.Keys {
		topics[k.Topic] = true
	}
	for _, w := range o.Webhooks {
		topics[w.Topic] = true
	}
	if o.Open {
		for _, p := range Protocols {
			topics[p] = true
		}
	}
	return slices.Sorted(maps.Keys(topics))
}
