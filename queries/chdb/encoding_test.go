package chdb

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/compress"
)

var contentEncodings = []string{"gzip", "zstd", "lz4", "br", "deflate"}

func packed(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	e, err := newEncoder(name, &b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestContentEncodings(t *testing.T) {
	s := start(t)
	want := ask(t, s, "SELECT number FROM numbers(500000)")
	for _, name := range contentEncodings {
		r := send(t, s, http.MethodPost, "SELECT number FROM numbers(500000)", nil, "Accept-Encoding: "+name, "enable_http_compression=1")
		if r.header.Get("Content-Encoding") != name {
			t.Errorf("%s: sent as %q", name, r.header.Get("Content-Encoding"))
			continue
		}
		d, err := newDecoder(name, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(name, err)
		}
		if got, err := io.ReadAll(d); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, want %d; %v", name, len(got), len(want), err)
		}
		ask(t, s, "CREATE OR REPLACE TABLE t (n UInt64) ENGINE = Memory")
		insert(t, s, "INSERT INTO t FORMAT TSV", packed(t, name, []byte(want)), "Content-Encoding: "+name)
		if got := ask(t, s, "SELECT count(), sum(n) FROM t"); got != "500000\t124999750000\n" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if r := send(t, s, http.MethodPost, "SELECT 1", nil, "Accept-Encoding: gzip", "enable_http_compression=0"); r.header.Get("Content-Encoding") != "" {
		t.Error("compressed against enable_http_compression=0")
	}
}

// compress=1 and decompress=1 are ClickHouse's own blocks.
func TestBlockCompression(t *testing.T) {
	s := start(t)
	want := ask(t, s, "SELECT number FROM numbers(500000)")
	for _, method := range []string{"LZ4", "ZSTD"} {
		r := send(t, s, http.MethodPost, "SELECT number FROM numbers(500000)", nil, "compress=1", "network_compression_method="+method)
		got, err := io.ReadAll(blockReader{compress.NewReader(strings.NewReader(r.body))})
		if err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, want %d; %v", method, len(got), len(want), err)
		}
		ask(t, s, "CREATE OR REPLACE TABLE t (n UInt64) ENGINE = Memory")
		insert(t, s, "INSERT INTO t FORMAT TSV", []byte(r.body), "decompress=1")
		if got := ask(t, s, "SELECT count(), sum(n) FROM t"); got != "500000\t124999750000\n" {
			t.Errorf("%s: %q", method, got)
		}
	}
	if r := send(t, s, http.MethodPost, "INSERT INTO t FORMAT TSV", strings.NewReader("no block at all, just text of some length"), "decompress=1"); r.header.Get("X-ClickHouse-Exception-Code") != "271" {
		t.Errorf("%d %s", r.status, r.body)
	}
}
