package collector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"
)

// producer sends messages and says of each request's when Kafka has acknowledged all of them. Requests that come while a
// batch is on its way go together in the next one, so throughput grows with load and latency does not wait for a timer.
// ingest.Produce streams one sender's messages and reports how many; kafka.Writer can't be told to give a request up.
//
// Each partition has one batch on its way at a time, which keeps the order of a key's events, also when a batch is sent
// again. A batch sent again may leave its messages twice in Kafka; they have ids, and count once.
type producer struct {
	client    *kafka.Client
	transport *kafka.Transport
	options   *Options
	metrics   *metrics
	topics    map[string]*topic
	stop      context.CancelFunc
	running   sync.WaitGroup
	alive     context.Context
}

// topic knows the queues of its partitions.
type topic struct {
	name       string
	mu         sync.RWMutex
	partitions []int
	queues     map[int]*queue
	turn       atomic.Uint32
}

// parcel is what one request sends: done is closed when each of its messages is acknowledged or given up.
type parcel struct {
	deadline time.Time
	left     atomic.Int64
	failed   atomic.Pointer[error]
	unclean  atomic.Bool // an attempt failed, so the client may read the bytes even now: they can't be used again
	done     chan struct{}
}

func (p *parcel) settle(err error) {
	if err != nil {
		p.failed.CompareAndSwap(nil, &err)
	}
	if p.left.Add(-1) == 0 {
		close(p.done)
	}
}

// metadataEvery is how often new partitions are looked for.
const metadataEvery = 30 * time.Second

func newProducer(o *Options, m *metrics) *producer {
	transport := &kafka.Transport{ClientID: "funnelcloud-collect", IdleTimeout: time.Minute, MetadataTTL: 5 * time.Second, DialTimeout: 3 * time.Second}
	if o.Transport != nil {
		transport = o.Transport
	}
	p := &producer{
		client:    &kafka.Client{Addr: kafka.TCP(o.Brokers...), Transport: transport},
		transport: transport, options: o, metrics: m, topics: map[string]*topic{},
	}
	p.alive, p.stop = context.WithCancel(context.Background())
	return p
}

// start finds the topics' partitions. A topic that does not exist is said at once and not when its first event comes.
func (p *producer) start(ctx context.Context, topics []string) error {
	for _, name := range topics {
		p.topics[name] = &topic{name: name, queues: map[int]*queue{}}
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	var missing []string
	for name, t := range p.topics {
		if len(t.partitions) == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return fmt.Errorf("topics %s do not exist on %s; create them first", strings.Join(missing, ", "), strings.Join(p.options.Brokers, ","))
	}
	p.running.Go(func() {
		tick := time.NewTicker(metadataEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if err := p.refresh(p.alive); err != nil && p.alive.Err() == nil {
					p.options.Logger.Warn("ask Kafka for its topics failed; will ask again", "error", err)
				}
			case <-p.alive.Done():
				return
			}
		}
	})
	return nil
}

// refresh asks for the partitions of all topics and opens queues for new ones.
func (p *producer) refresh(ctx context.Context) error {
	found, err := p.metadata(ctx)
	if err != nil {
		return err
	}
	for _, t := range p.topics {
		ids := found[t.name]
		slices.Sort(ids)
		t.mu.Lock()
		for _, id := range ids {
			if t.queues[id] == nil {
				q := &queue{producer: p, topic: t.name, partition: id, signal: make(chan struct{}, 1)}
				t.queues[id] = q
				t.partitions = append(t.partitions, id)
				p.running.Go(q.run)
			}
		}
		t.mu.Unlock()
	}
	return nil
}

func (p *producer) metadata(ctx context.Context) (map[string][]int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	names := make([]string, 0, len(p.topics))
	for name := range p.topics {
		names = append(names, name)
	}
	response, err := p.client.Metadata(ctx, &kafka.MetadataRequest{Topics: names})
	if err != nil {
		return nil, fmt.Errorf("ask Kafka at %s for its topics: %w; is it running there?", strings.Join(p.options.Brokers, ","), err)
	}
	found := map[string][]int{}
	for _, t := range response.Topics {
		if t.Error != nil && !errors.Is(t.Error, kafka.LeaderNotAvailable) {
			continue
		}
		for _, partition := range t.Partitions {
			found[t.Name] = append(found[t.Name], partition.ID)
		}
	}
	return found, nil
}

// ping asks a broker for something that is not remembered from before.
func (p *producer) ping(ctx context.Context) error {
	_, err := p.client.ApiVersions(ctx, &kafka.ApiVersionsRequest{})
	return err
}

// send returns when all events are acknowledged by all replicas, or with a refusal. clean says that nobody reads the
// events' bytes any more.
func (p *producer) send(name string, events []event, at time.Time, backfill bool) (clean bool, err error) {
	if len(events) == 0 {
		return true, nil
	}
	parcel := &parcel{deadline: time.Now().Add(p.options.DeliveryTimeout), done: make(chan struct{})}
	parcel.left.Store(int64(len(events)))
	p.topics[name].push(events, at, backfill, parcel)
	<-parcel.done
	if failed := parcel.failed.Load(); failed != nil {
		if errors.Is(*failed, kafka.MessageSizeTooLarge) {
			return false, refuse(http.StatusRequestEntityTooLarge, "event_too_large", "an event is larger than Kafka takes")
		}
		return false, refuse(http.StatusServiceUnavailable, "kafka", "Kafka did not acknowledge in time; try again soon")
	}
	return !parcel.unclean.Load(), nil
}

func (t *topic) push(events []event, at time.Time, backfill bool, p *parcel) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	keyless := t.partitions[int(t.turn.Add(1))%len(t.partitions)] // one partition for a request's events without a key
	for _, e := range events {
		partition := keyless
		if e.key != nil {
			partition = kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: e.key}, t.partitions...)
		}
		t.queues[partition].push(outgoing{event: e, time: at, backfill: backfill, parcel: p})
	}
}

// close ends the queues. Requests that still wait are refused.
func (p *producer) close() {
	p.stop()
	p.running.Wait()
	p.transport.CloseIdleConnections()
}

// retryable says whether an attempt may succeed when it is repeated: after every fault of the network, and of Kafka's own
// after those that pass. Being refused by its rules for access passes when somebody mends them.
func retryable(err error) bool {
	var code kafka.Error
	return !errors.As(err, &code) || code.Temporary() || errors.Is(code, kafka.TopicAuthorizationFailed)
}
