//go:build sdk

package collector

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// sdk is an SDK that others wrote.
type sdk struct {
	name, topic string
	event       string // which member of its JSON has the event's name
	refused     bool   // tries again when refused with 503
	unanswered  bool   // tries again when the connection broke
}

var npm = []sdk{
	{"segment", "segment", "event", true, true},
	{"analytics-node", "segment", "event", true, true},
	{"rudder", "segment", "event", true, true},
	{"rudder-plain", "segment", "event", true, true},
	{"jitsu", "segment", "event", false, false},
	{"posthog", "posthog", "event", true, true},
	{"snowplow", "snowplow", "se_ac", true, true},
	{"snowplow-get", "snowplow", "se_ac", true, true},
	{"mixpanel", "mixpanel", "event", false, false},
	{"mixpanel-batch", "mixpanel", "event", false, false},
	{"amplitude", "amplitude", "event_type", true, false},
}

var golang = []sdk{
	{"go-segment", "segment", "event", true, true},
	{"go-posthog", "posthog", "event", true, true},
}

// TestSDK points real SDKs at the collector: in health, refusing twice, and with an answer lost on its way. Each event
// arrives once. They are installed at pinned versions into a temporary folder, with npm and go.
func TestSDK(t *testing.T) {
	dir := t.TempDir()
	copyFiles(t, "testdata/sdk", dir, "package.json", "package-lock.json", "send.js")
	run(t, dir, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
	goDir := filepath.Join(dir, "go")
	copyFiles(t, "testdata/sdk/go", goDir, "go.mod", "go.sum", "send.go")
	run(t, goDir, "go", "build", "-o", "send", ".")
	for _, s := range npm {
		s.try(t, func(url string) *exec.Cmd {
			return command(t, dir, "node", "send.js", s.name, url, fmt.Sprint(sdkEvents))
		})
	}
	for _, s := range golang {
		s.try(t, func(url string) *exec.Cmd { return command(t, goDir, "./send", s.name, url, fmt.Sprint(sdkEvents)) })
	}
}

const sdkEvents = 25

func (s sdk) try(t *testing.T, send func(url string) *exec.Cmd) {
	t.Run(s.name, func(t *testing.T) { s.arrive(t, nil, send, false) })
	if s.refused {
		t.Run(s.name+" refused twice", func(t *testing.T) { s.arrive(t, refuseTwice(), send, false) })
	}
	if s.unanswered {
		t.Run(s.name+" not answered", func(t *testing.T) { s.arrive(t, loseAnAnswer(), send, true) })
	}
}

// trouble stands before the collector.
type trouble func(http.ResponseWriter, *http.Request, http.Handler)

func refuseTwice() trouble {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n.Add(1) > 2 {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// loseAnAnswer lets the first request through to Kafka and cuts the connection before the answer.
func loseAnAnswer() trouble {
	var n atomic.Int32
	return func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n.Add(1) > 1 {
			next.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

// arrive counts the events in Kafka by their ids. Only a request whose answer was lost comes twice, with the same ids.
func (s sdk) arrive(t *testing.T, before trouble, send func(url string) *exec.Cmd, twice bool) {
	c := newCollector(t, Options{Keys: []Key{
		{protocolSegment, "", "wk"}, {protocolSegment, "", "k:s"}, {protocolPosthog, "", "phc"}, {protocolAmplitude, "", "apikey"},
		{protocolMixpanel, "", "tok"}, {protocolSnowplow, "", "app"},
	}})
	handler := c.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before == nil {
			handler.ServeHTTP(w, r)
		} else {
			before(w, r, handler)
		}
	}))
	defer server.Close()
	if out, err := send(server.URL).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", s.name, err, out)
	}
	ids := map[string]map[string]bool{}
	records := c.stored(t, s.topic)
	if (len(records) > sdkEvents) != twice {
		t.Errorf("%d messages of %d events", len(records), sdkEvents)
	}
	for _, r := range records {
		event := object(t, r.value)
		name := fmt.Sprint(event[s.event])
		if ids[name] == nil {
			ids[name] = map[string]bool{}
		}
		ids[name][idOf(event)] = true
	}
	for n := range sdkEvents {
		if name := fmt.Sprintf("event-%d", n); len(ids[name]) != 1 || ids[name][""] {
			t.Errorf("%s arrived as %d events: %v", name, len(ids[name]), ids[name])
		}
	}
	if len(ids) != sdkEvents {
		t.Errorf("%d events, want %d", len(ids), sdkEvents)
	}
}

func command(t *testing.T, dir, name string, arguments ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, arguments...)
	c.Dir = dir
	return c
}

func run(t *testing.T, dir, name string, arguments ...string) {
	t.Helper()
	if out, err := command(t, dir, name, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(arguments, " "), err, out)
	}
}

func copyFiles(t *testing.T, from, to string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
