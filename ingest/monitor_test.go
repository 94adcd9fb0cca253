package ingest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// watched is a consumer that runs with a monitor until the test ends.
type watched struct {
	*stack
	monitor *Monitor
	server  *httptest.Server
	stored  chan Stats
	stop    func() error
}

func (s *stack) watch(o Options) *watched {
	s.t.Helper()
	w := &watched{stack: s, monitor: NewMonitor(), stored: make(chan Stats, 1000)}
	w.server = httptest.NewServer(w.monitor.Handler())
	s.t.Cleanup(w.server.Close)
	o.Drain, o.Monitor, o.Progress = false, w.monitor, func(stats Stats) { w.stored <- stats }
	ctx, cancel := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, o)
		done <- err
	}()
	w.stop = func() error {
		cancel()
		err := <-done
		done <- nil
		return err
	}
	s.t.Cleanup(func() { _ = w.stop() })
	return w
}

// wait waits until that many messages are stored.
func (w *watched) wait(messages uint64) {
	w.t.Helper()
	for {
		select {
		case s := <-w.stored:
			if s.Messages >= messages {
				return
			}
		case <-time.After(time.Minute):
			w.t.Fatalf("%d messages were not stored in time", messages)
		}
	}
}

func (w *watched) get(path string) (int, string) {
	w.t.Helper()
	client := w.server.Client()
	response, err := client.Get(w.server.URL + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// value sums a metric over the label values given.
func (w *watched) value(name string, labels ...string) float64 {
	w.t.Helper()
	families, err := w.monitor.metrics.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	sum := 0.0
	for _, family := range families {
		if family.GetName() != "funnelcloud_ingest_"+name {
			continue
		}
		for _, m := range family.GetMetric() {
			has := 0
			for _, l := range m.GetLabel() {
				if slices.Contains(labels, l.GetName()+"="+l.GetValue()) {
					has++
				}
			}
			if has == len(labels) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return sum
}

func (w *watched) wantValue(want float64, name string, labels ...string) {
	w.t.Helper()
	if got := w.value(name, labels...); got < want-1e-9 || got > want+1e-9 {
		w.t.Errorf("%s %v: %v, want %v", name, labels, got, want)
	}
}

func TestMonitorTellsWhatAConsumerDoes(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	good := calls(250)
	s.produce("segment", good...)
	w := s.watch(s.options())
	w.wait(250)
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, text := w.get(path); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	bytes := 0
	for _, v := range good {
		bytes += len(v)
	}
	w.wantValue(250, "messages_total", "topic=segment")
	w.wantValue(float64(bytes), "message_bytes_total", "topic=segment")
	w.wantValue(float64(s.count("SELECT count() FROM events")), "events_total", "topic=segment")
	w.wantValue(float64(s.count("SELECT count() FROM dead_letters")), "rejects_total", "source=segment")
	for _, reason := range s.texts("SELECT DISTINCT reason FROM dead_letters") {
		if w.value("rejects_total", "reason="+reason) < 1 {
			t.Errorf("no rejects for %s", reason)
		}
	}
	w.wantValue(1, "generations_total")
	w.wantValue(1, "member")
	w.wantValue(0, "lag_messages")
	w.wantValue(0, "insert_retries_total")
	if batches := w.value("insert_seconds"); batches < 1 || batches != w.value("batch_messages") || batches != w.value("batch_bytes") {
		t.Errorf("batches: %v by seconds, %v by messages, %v by bytes", batches, w.value("batch_messages"), w.value("batch_bytes"))
	}
	if code, text := w.get("/metrics"); code != http.StatusOK || !strings.Contains(text, `funnelcloud_ingest_lag_messages{partition="2",topic="segment"} 0`) {
		t.Errorf("/metrics: %d\n%s", code, text)
	}
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	if code, text := w.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "consumer group") {
		t.Errorf("/readyz of a consumer that left: %d %s", code, text)
	}
	if code, _ := w.get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	w.wantValue(0, "member")
}

// While ClickHouse is away the consumer is not ready, and its lag grows though nothing is fetched.
func TestMonitorWhileClickHouseIsAway(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	config := s.db.Config()
	link := newWeakLink(t, config.Addr)
	defer link.close()
	config.Addr = link.l.Addr().String()
	db, err := warehouse.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o := s.options()
	o.Conn = db.Conn()
	s.produce("segment", calls(100)...)
	w := s.watch(o)
	w.wait(100)
	link.mode.Store(linkRefuses)
	s.produce("segment", calls(200)...)
	w.eventually("not ready", func() bool { code, _ := w.get("/readyz"); return code == http.StatusServiceUnavailable })
	w.eventually("retries", func() bool { return w.value("insert_retries_total") > 0 })
	w.eventually("lag of 200", func() bool { lag := w.value("lag_messages"); return lag > 199.5 && lag < 200.5 })
	link.mode.Store(linkWorks)
	w.wait(300)
	w.eventually("ready again", func() bool { code, _ := w.get("/readyz"); return code == http.StatusOK })
	w.eventually("no lag", func() bool { return w.value("lag_messages") < 0.5 })
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
}

// eventually asks until it is so: health is remembered for a second.
func (w *watched) eventually(what string, so func() bool) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); !so(); <-tick.C {
		if time.Now().After(deadline) {
			w.t.Fatalf("it never came to: %s", what)
		}
	}
}
