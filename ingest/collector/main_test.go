package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sharedData is the folder of other projects' data beside the repository; "" where it is not there.
func sharedData(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Logf("nothing asserted: %s is absent", path)
		return ""
	}
	return path
}

func startBroker(t testing.TB, topics ...string) *broker.Broker {
	t.Helper()
	b, err := broker.Start(t.Context(), broker.Options{Topics: topics, Partitions: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// newCollector is a collector on a broker of its own, unless the options name one.
func newCollector(t testing.TB, o Options) *Collector {
	t.Helper()
	if len(o.Brokers) == 0 {
		o.Brokers = []string{startBroker(t, o.Topics()...).Addr()}
	}
	c, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// served is a collector behind HTTP.
type served struct {
	*Collector
	url string
}

func serveCollector(t testing.TB, o Options) served {
	t.Helper()
	c := newCollector(t, o)
	s := httptest.NewServer(c.Handler())
	t.Cleanup(s.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return served{c, s.URL}
}

// post sends a body and returns the answer's status, header and body.
func (s served) post(t testing.TB, path, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	return s.request(t, http.MethodPost, path, []byte(body), headers...)
}

func (s served) request(t testing.TB, method, path string, body []byte, headers ...string) (int, http.Header, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(answer)
}

// record is a message as it lies in Kafka.
type record struct {
	partition  int
	key, value string
	time       time.Time
	backfill   bool
}

// stored reads all there is in a topic, partition by partition.
func (c *Collector) stored(t testing.TB, topic string) []record {
	t.Helper()
	return readTopic(t, c.options.Brokers[0], topic)
}

func readTopic(t testing.TB, address, topic string) []record {
	t.Helper()
	transport := &kafka.Transport{}
	defer transport.CloseIdleConnections()
	client := &kafka.Client{Addr: kafka.TCP(address), Transport: transport, Timeout: 10 * time.Second}
	var records []record
	for partition := range 3 {
		for offset := int64(0); ; {
			response, err := client.Fetch(context.Background(), &kafka.FetchRequest{Topic: topic, Partition: partition, Offset: offset,
				MinBytes: 1, MaxBytes: 64 << 20, MaxWait: time.Millisecond})
			if err != nil || response.Error != nil {
				t.Fatalf("fetch %s/%d: %v", topic, partition, errors.Join(err, response.Error))
			}
			if offset >= response.HighWatermark {
				break
			}
			for {
				r, err := response.Records.ReadRecord()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				offset = r.Offset + 1
				records = append(records, record{partition, readBytes(t, r.Key), readBytes(t, r.Value), r.Time,
					slices.ContainsFunc(r.Headers, func(h kafka.Header) bool { return h.Key == headerBackfill })})
			}
		}
	}
	return records
}

func readBytes(t testing.TB, b kafka.Bytes) string {
	t.Helper()
	if b == nil {
		return ""
	}
	text, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// object decodes an event.
func object(t testing.TB, text string) map[string]any {
	t.Helper()
	var o map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return o
}

// one is the only event of a topic.
func (c *Collector) one(t testing.TB, topic string) (record, map[string]any) {
	t.Helper()
	records := c.stored(t, topic)
	if len(records) != 1 {
		t.Fatalf("%d messages on %s, want 1", len(records), topic)
	}
	return records[0], object(t, records[0].value)
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// await looks again and again until something is so.
func await(t testing.TB, what string, so func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
