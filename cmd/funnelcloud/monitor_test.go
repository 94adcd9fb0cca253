package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var updateMetrics = flag.Bool("update-metrics", false, "write docs/metrics.md instead of comparing it")

const metricsPage = `# Metrics

Generated from the programs' own help texts; don't edit. ` + "`funnelcloud ingest --listen HOST:PORT`" + ` and
` + "`funnelcloud collect`" + ` serve them at ` + "`/metrics`" + `, beside ` + "`/healthz`" + ` (the process answers) and ` + "`/readyz`" + ` (it can do its work: ingest
is a member of its consumer group and ClickHouse answers; the collector is not draining and Kafka answers). Go's own
metrics (` + "`go_*`, `process_*`" + `) are there too. [operations.md](operations.md) says which of them to watch.
`

// Every metric is declared as make.NewX(…{Name: name("x"), Help: "…"}, []string{labels}), or as prometheus.NewDesc.
var (
	declared = regexp.MustCompile(`(?s)(?:New(CounterVec|Counter|GaugeFunc|Gauge|HistogramVec|Histogram)\(prometheus\.\w+\{\s*Name: |(NewDesc)\()` +
		`name\("(\w+)"\),\s*(?:Help: )?"([^"]+)"(?:, Buckets: [^{}\n]*(?:\{[^}]*\})?[^{}\n]*)?\}?,?\s*(\[\]string\{[^}]*\}|topic)?`)
	prefix = regexp.MustCompile(`return "(funnelcloud_\w+_)" \+ s`)
	label  = regexp.MustCompile(`"(\w+)"`)
)

// metricsDocument lists the metrics declared in a Go file.
func metricsDocument(t *testing.T, title, file string) string {
	t.Helper()
	text := readText(t, file)
	name := prefix.FindStringSubmatch(text)
	found := declared.FindAllStringSubmatch(text, -1)
	if mentions := strings.Count(text, `name("`); name == nil || len(found) != mentions {
		t.Fatalf("%s: %d of %d metrics could be read", file, len(found), mentions)
	}
	var page strings.Builder
	fmt.Fprintf(&page, "\n## %s\n\n| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n", title)
	for _, m := range found {
		kind := strings.ToLower(strings.NewReplacer("Vec", "", "Func", "").Replace(m[1]))
		if m[2] != "" {
			kind = "gauge"
		}
		labels := []string{}
		for _, l := range label.FindAllStringSubmatch(strings.ReplaceAll(m[5], "topic", `"topic"`), -1) {
			if len(labels) == 0 || labels[len(labels)-1] != l[1] {
				labels = append(labels, l[1])
			}
		}
		fmt.Fprintf(&page, "| `%s%s` | %s | %s | %s |\n", name[1], m[3], kind, strings.Join(labels, ", "), m[4])
	}
	return page.String()
}

func readText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheMetricsAreDocumentedAsTheyAre(t *testing.T) {
	const file = "../../docs/metrics.md"
	got := metricsPage + metricsDocument(t, "ingest", "../../ingest/metrics.go") + metricsDocument(t, "collect", "../../ingest/collector/metrics.go")
	if *updateMetrics {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readText(t, file), got); diff != "" {
		t.Errorf("docs/metrics.md has drifted; write it anew with 'make generate':\n%s", diff)
	}
}

func TestIngestTellsOfItself(t *testing.T) {
	ensured(t)
	s := up(t, t.TempDir())
	events := writeFile(t, "events.ndjson", `{"type":"track","messageId":"1","event":"Signed Up","userId":"u","timestamp":"2026-01-01T00:00:00Z"}`)
	mustRun(t, "load", events, "--source", "segment", "--data", s.folder)
	c := command(t.Context(), "ingest", "--listen", "127.0.0.1:0", "--data", s.folder)
	errs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(errs)
	if !lines.Scan() {
		t.Fatal("ingest said nothing")
	}
	address := regexp.MustCompile(`http://[\d.:]+`).FindString(lines.Text())
	go func() { _, _ = io.Copy(io.Discard, errs) }()
	awaitText(t, address+"/readyz", "ok")
	awaitText(t, address+"/metrics", `funnelcloud_ingest_events_total{topic="segment"} 1`)
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("ingest stopped with %v", err)
	}
	wantFailure(t, exitFailed, []string{"listen for health checks"}, "ingest", "--listen", "127.0.0.1:"+takenPort(t), "--data", s.folder)
}

// awaitText asks until an address answers with some words: the program joins its group in its own time.
func awaitText(t *testing.T, address, words string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Minute); ; <-tick.C {
		response, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode == http.StatusOK && strings.Contains(string(text), words) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %d %s", address, response.StatusCode, text)
		}
	}
}
