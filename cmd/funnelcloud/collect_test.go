package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
)

func TestCollect(t *testing.T) {
	kafka, err := broker.Start(t.Context(), broker.Options{Topics: []string{"segment", "chat"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = kafka.Close() }()
	c := command(t.Context(), "collect", "--kafka", kafka.Addr(), "--listen", "127.0.0.1:0", "--compression", "zstd")
	c.Env = append(c.Env, keysVariable+"=segment=s3cret", webhooksVariable+"=chat=s3cret")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines, said := bufio.NewScanner(out), ""
	for !strings.Contains(said, "/readyz") && lines.Scan() {
		said += lines.Text() + "\n"
	}
	at := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(said)
	if at == "" || strings.Contains(said, "s3cret") {
		t.Fatalf("%s\n%s", said, log.String())
	}
	for path, want := range map[string]int{"/v1/track?writeKey=s3cret": 200, "/v1/track?writeKey=wrong": 401} {
		response, err := http.Post(at+path, "application/json", strings.NewReader(`{"userId":"u","event":"Signed Up"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, response.StatusCode, want)
		}
	}
	for _, path := range []string{"/readyz", "/healthz", "/metrics"} {
		response, err := http.Get(at + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || path == "/metrics" && !strings.Contains(string(text), `events_total{topic="segment"} 1`) {
			t.Errorf("%s: %d %s", path, response.StatusCode, text)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var rest []byte
	for lines.Scan() {
		rest = append(append(rest, lines.Bytes()...), '\n')
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
	for _, words := range []string{`requests\W+2`, `events\W+1`, `refused\W+1`} {
		if !regexp.MustCompile(words).Match(rest) {
			t.Errorf("%s is not in what it says at its end: %s", words, rest)
		}
	}
}

func TestCollectSaysWhatIsWrong(t *testing.T) {
	const nowhere = "127.0.0.1:1"
	wantFailure(t, exitUsage, []string{"nobody may send", "--open"}, "collect", "--kafka", nowhere)
	wantFailure(t, exitUsage, []string{"write key", "is none of segment"}, "collect", "--kafka", nowhere, "--write-key", "drift=x")
	wantFailure(t, exitUsage, []string{"--compression rar"}, "collect", "--kafka", nowhere, "--open", "--compression", "rar")
	wantFailure(t, exitFailed, []string{"ask Kafka at 127.0.0.1:1", "is it running there?"}, "collect", "--kafka", nowhere, "--open")
}
