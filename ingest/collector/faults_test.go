package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
)

// background serves until stopped.
func (c *Collector) background(t testing.TB, l net.Listener) (stop func(), ended <-chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	done := make(chan error, 1)
	go func() { done <- c.Serve(ctx, l) }()
	return cancel, done
}

// network is the way to Kafka, which tests close and open.
type network struct {
	silent atomic.Bool  // what is sent gets lost
	deaf   atomic.Int32 // so many times what is sent arrives and the answer gets lost
}

type wire struct {
	net.Conn
	network *network
	lost    atomic.Bool // the next answer is not passed on
	cut     atomic.Bool // nor is anything after it
}

func (n *network) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &wire{Conn: conn, network: n}, nil
}

func (w *wire) Write(p []byte) (int, error) {
	if w.network.silent.Load() {
		return len(p), nil
	}
	if w.network.deaf.Add(-1) >= 0 { // it arrives, but the answer does not
		w.lost.Store(true)
	}
	return w.Conn.Write(p)
}

func (w *wire) Read(p []byte) (int, error) {
	if w.cut.Load() {
		return 0, io.EOF
	}
	n, err := w.Conn.Read(p)
	if w.lost.Load() {
		w.cut.Store(true)
		return 0, io.EOF
	}
	return n, err
}

func (n *network) transport() *kafka.Transport {
	return &kafka.Transport{Dial: n.dial, MetadataTTL: 200 * time.Millisecond, IdleTimeout: time.Second}
}

const call1 = `{"type":"track","userId":"u","event":"x","messageId":"1"}`

func TestKafkaSilent(t *testing.T) {
	way := &network{}
	s := open(t, Options{Transport: way.transport(), DeliveryTimeout: 300 * time.Millisecond, MaxMemory: 1 << 20})
	if status, _, answer := s.post(t, "/v1/track", call1); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	way.silent.Store(true)
	s.wantRefusal(t, 503, "did not acknowledge", "/v1/track", call1)
	if status, _, _ := s.request(t, http.MethodGet, "/readyz", nil); status != 503 {
		t.Errorf("readyz: %d while Kafka is silent", status)
	}
	if status, _, _ := s.request(t, http.MethodGet, "/healthz", nil); status != 200 {
		t.Errorf("healthz: %d", status)
	}
	if held := s.budget.held.Load(); held != 0 {
		t.Errorf("%d bytes are still held", held)
	}
	way.silent.Store(false)
	s.eventually(t, call1)
}

// eventually repeats as an SDK would until the collector takes the event.
func (s served) eventually(t *testing.T, body string) {
	t.Helper()
	for range 100 {
		status, _, answer := s.post(t, "/v1/track", body)
		if status == 200 {
			return
		}
		if status != 503 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	t.Fatal("still refused after a hundred times")
}

// TestKafkaAway: while Kafka is away every request is refused in time with a Retry-After, memory stays within its bound, and
// when it is back events are taken again.
func TestKafkaAway(t *testing.T) {
	dir := t.TempDir()
	port := listen(t)
	number := port.Addr().(*net.TCPAddr).Port
	_ = port.Close()
	start := func() *broker.Broker {
		b, err := broker.Start(t.Context(), broker.Options{Dir: dir, Port: number, Topics: Protocols, Partitions: 3})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := start()
	const limit = 4 << 20
	s := open(t, Options{Brokers: []string{b.Addr()}, Transport: (&network{}).transport(), DeliveryTimeout: 500 * time.Millisecond, MaxMemory: limit})
	s.eventually(t, call1)
	_ = b.Close()

	large := `{"type":"track","userId":"u","event":"x","properties":{"x":"` + strings.Repeat("x", 100<<10) + `"}}`
	var peak atomic.Int64
	var answers [600]atomic.Int32
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			status, header, answer := s.post(t, "/v1/track", large)
			answers[status].Add(1)
			if header.Get("Retry-After") == "" {
				t.Errorf("%d %s without Retry-After", status, answer)
			}
			peak.Store(max(peak.Load(), s.budget.held.Load()))
		})
	}
	wg.Wait()
	if answers[503].Load()+answers[429].Load() != 64 || answers[429].Load() == 0 || answers[503].Load() == 0 {
		t.Errorf("503: %d, 429: %d, want 64 together, and both", answers[503].Load(), answers[429].Load())
	}
	if peak.Load() > limit || s.budget.held.Load() != 0 {
		t.Errorf("%d bytes held at most, %d now, limit %d", peak.Load(), s.budget.held.Load(), limit)
	}
	b = start()
	defer func() { _ = b.Close() }()
	s.eventually(t, `{"type":"track","userId":"u","event":"x","messageId":"2"}`)
	ids := map[any]bool{}
	for _, r := range s.stored(t, "segment") {
		ids[object(t, r.value)["messageId"]] = true
	}
	if !ids["1"] || !ids["2"] {
		t.Errorf("acknowledged, but not in Kafka: %v", ids)
	}
}

// TestALostAcknowledgement: the batch is sent again, and its messages have the same ids.
func TestALostAcknowledgement(t *testing.T) {
	way := &network{}
	transport := way.transport()
	transport.MetadataTTL = time.Hour // the one write that loses its answer is to be the batch
	s := open(t, Options{Transport: transport})
	if status, _, answer := s.post(t, "/v1/track", `{"userId":"u"}`); status != 200 { // opens the connection
		t.Fatalf("%d %s", status, answer)
	}
	way.deaf.Store(1)
	if status, _, answer := s.post(t, "/v1/batch", `{"batch":[{"type":"track","userId":"u","event":"x"},{"type":"track","userId":"u","event":"x"}]}`); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	ids := map[any]bool{}
	records := s.stored(t, "segment")[1:]
	for _, r := range records {
		ids[object(t, r.value)["messageId"]] = true
	}
	if len(ids) != 2 || len(records) != 4 {
		t.Errorf("%d messages with %d ids, want the two sent twice", len(records), len(ids))
	}
}

func TestATopicThatTakesSmallMessagesOnly(t *testing.T) {
	b := startBroker(t, Protocols[1:]...)
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(b.Addr()), Transport: transport}
	response, err := client.CreateTopics(t.Context(), &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{{Topic: protocolSegment,
		NumPartitions: 3, ReplicationFactor: 1, ConfigEntries: []kafka.ConfigEntry{{ConfigName: "max.message.bytes", ConfigValue: "2000"}}}}})
	if err = errors.Join(err, response.Errors[protocolSegment]); err != nil {
		t.Fatal(err)
	}
	s := open(t, Options{Brokers: []string{b.Addr()}})
	var calls []string
	for i := range 50 {
		calls = append(calls, fmt.Sprintf(`{"type":"track","userId":"u","messageId":"%d","x":"%s"}`, i, strings.Repeat("x", 200)))
	}
	if status, _, answer := s.post(t, "/v1/batch", `{"batch":[`+strings.Join(calls, ",")+`]}`); status != 200 {
		t.Errorf("%d %s", status, answer)
	}
	records := s.stored(t, "segment")
	for i, r := range records {
		if id := object(t, r.value)["messageId"]; id != fmt.Sprint(i) {
			t.Fatalf("message %d is %v: the order is lost", i, id)
		}
	}
	if len(records) != 50 {
		t.Errorf("%d messages, want 50", len(records))
	}
	s.wantRefusal(t, 413, "larger than Kafka takes", "/v1/track", `{"userId":"u","x":"`+strings.Repeat("x", 4000)+`"}`)
}

func TestTopicsHaveToExist(t *testing.T) {
	b := startBroker(t, "segment")
	_, err := New(t.Context(), Options{Brokers: []string{b.Addr()}, Keys: []Key{{protocolPosthog, "", "k"}, {protocolSegment, "web", "k"}}})
	if err == nil || !strings.Contains(err.Error(), "topics posthog, web do not exist") {
		t.Errorf("got %v", err)
	}
	_, err = New(t.Context(), Options{Brokers: []string{"127.0.0.1:1"}, Open: true})
	if err == nil || !strings.Contains(err.Error(), "is it running there?") {
		t.Errorf("got %v", err)
	}
	_, err = New(t.Context(), Options{})
	if err == nil || !strings.Contains(err.Error(), "no Kafka brokers") || !strings.Contains(err.Error(), "nobody may send") {
		t.Errorf("got %v", err)
	}
}

// TestDrain: told to stop, the collector finishes what is in flight and takes no more; and stopping has an end.
func TestDrain(t *testing.T) {
	way := &network{}
	c := newCollector(t, Options{Open: true, Transport: way.transport(), DeliveryTimeout: 10 * time.Second, DrainDelay: 50 * time.Millisecond})
	l := listen(t)
	stop, ended := c.background(t, l)
	s := served{c, "http://" + l.Addr().String()}
	if status, _, answer := s.request(t, http.MethodGet, "/readyz", nil); status != 200 {
		t.Fatalf("readyz: %d %s", status, answer)
	}
	type result struct {
		status int
		err    error
	}
	results := make(chan result)
	// A body whose second half comes after the stop.
	pipe, body, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		response, err := http.Post(s.url+"/v1/track", "application/json", pipe)
		if err != nil {
			results <- result{0, err}
			return
		}
		results <- result{response.StatusCode, response.Body.Close()}
	}()
	_, _ = body.WriteString(call1[:10])
	await(t, "the request to be read", func() bool { return c.budget.held.Load() > 0 })
	stop()
	await(t, "the drain to begin", c.draining.Load)
	if status, _, _ := s.request(t, http.MethodGet, "/readyz", nil); status != 503 {
		t.Errorf("readyz: %d while draining", status)
	}
	_, _ = body.WriteString(call1[10:])
	_ = body.Close()
	if r := <-results; r.status != 200 || r.err != nil {
		t.Errorf("in flight when told to stop: %d %v", r.status, r.err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if response, err := http.Post(s.url+"/v1/track", "application/json", strings.NewReader(call1)); err == nil {
		t.Errorf("answered %d after the end (%v)", response.StatusCode, response.Body.Close())
	}
	s.one(t, "segment")
	c.Close() // again
}

func TestDrainHasAnEnd(t *testing.T) {
	way := &network{}
	c := newCollector(t, Options{Open: true, Transport: way.transport(), DeliveryTimeout: time.Hour, StopTimeout: 100 * time.Millisecond})
	l := listen(t)
	stop, ended := c.background(t, l)
	way.silent.Store(true)
	answered := make(chan struct{})
	go func() {
		response, err := http.Post("http://"+l.Addr().String()+"/v1/track", "application/json", strings.NewReader(call1))
		if err == nil {
			t.Errorf("answered %d without an acknowledgement (%v)", response.StatusCode, response.Body.Close())
		}
		close(answered)
	}()
	await(t, "the request to be read", func() bool { return c.budget.held.Load() > 0 })
	stop()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "did not end within") {
		t.Errorf("got %v", err)
	}
	<-answered
	http.DefaultClient.CloseIdleConnections()
}
