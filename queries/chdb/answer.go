package chdb

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
	"github.com/google/uuid"
	"github.com/klauspost/compress/zstd"
)

func newID() string { return uuid.NewString() }

// holdBack is how much of a result is kept before the first byte goes out.
// Until then an error still gets its own status.
const holdBack = 1 << 20

// answer writes the response: headers late, so that they tell the truth.
type answer struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	q      *request
	format string
	stats  stats
	held   bytes.Buffer
	sent   bool
	out    io.Writer
	closer []func() error
}

func newAnswer(s *Server, w http.ResponseWriter, r *http.Request) *answer {
	return &answer{s: s, w: w, r: r}
}

func (a *answer) begin(q *request) { a.q = q }

func (a *answer) Write(b []byte) (int, error) {
	if !a.sent && a.held.Len()+len(b) <= holdBack {
		return a.held.Write(b)
	}
	if err := a.send(http.StatusOK); err != nil {
		return 0, err
	}
	return a.out.Write(b)
}

// send writes the headers and what was held back.
func (a *answer) send(code int) error {
	if a.sent {
		return nil
	}
	a.sent = true
	a.headers()
	a.out = a.w
	if a.q != nil && a.q.values.Get("compress") == "1" {
		bw := &blockWriter{w: a.out, c: compress.NewWriter(0, compress.LZ4)}
		if strings.EqualFold(a.q.values.Get("network_compression_method"), "zstd") {
			bw.c = compress.NewWriter(0, compress.ZSTD)
		}
		a.out, a.closer = bw, append(a.closer, bw.Flush)
	} else {
		a.encode()
	}
	a.w.WriteHeader(code)
	_, err := a.out.Write(a.held.Bytes())
	return err
}

func (a *answer) encode() {
	if a.q == nil || a.q.values.Get("enable_http_compression") != "1" {
		return
	}
	for _, e := range strings.Split(a.r.Header.Get("Accept-Encoding"), ",") {
		switch strings.TrimSpace(e) {
		case "gzip":
			z := gzip.NewWriter(a.out)
			a.out, a.closer = z, append(a.closer, z.Close)
			a.w.Header().Set("Content-Encoding", "gzip")
			return
		case "zstd":
			z, err := zstd.NewWriter(a.out)
			if err != nil {
				continue
			}
			a.out, a.closer = z, append(a.closer, z.Close)
			a.w.Header().Set("Content-Encoding", "zstd")
			return
		}
	}
}

func (a *answer) headers() {
	h := a.w.Header()
	h.Set("X-ClickHouse-Server-Display-Name", "funnelcloud")
	h.Set("X-ClickHouse-Timezone", a.s.zone)
	h.Set("X-ClickHouse-Summary", a.stats.summary())
	if a.q != nil {
		h.Set("X-ClickHouse-Query-Id", a.q.id)
	}
	if a.format != "" {
		h.Set("X-ClickHouse-Format", a.format)
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=UTF-8")
	}
}

func (s stats) summary() string {
	return fmt.Sprintf(`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"%d","result_bytes":"%d","elapsed_ns":"%d"}`,
		s.readRows, s.readBytes, s.writtenRows, s.writtenBytes, s.resultRows, s.resultBytes, int64(s.seconds*1e9))
}

func (a *answer) finish() {
	err := a.send(http.StatusOK)
	for i := len(a.closer) - 1; i >= 0; i-- {
		err = errors.Join(err, a.closer[i]())
	}
	if err != nil {
		a.s.opts.Logger.Debug("clickhouse client went away", "error", err)
	}
}

// fail answers with ClickHouse's text and status. Behind bytes already sent,
// the connection is broken off, so that no client takes a part for the whole.
func (a *answer) fail(err error) {
	text := err.Error() + " (version " + a.s.version + ")\n"
	if a.sent {
		panic(http.ErrAbortHandler)
	}
	var e *Exception
	if errors.As(err, &e) {
		a.w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	}
	a.held.Reset()
	a.held.WriteString(text)
	if err := a.send(status(err)); err == nil {
		a.finish()
	}
}

// copyResult sends the engine's output, transcoded where the client speaks a
// newer Native than the engine writes.
func (a *answer) copyResult(q *request, format string, r io.Reader) error {
	rev, _ := strconv.ParseUint(q.values.Get("client_protocol_version"), 10, 64)
	if rev == 0 || !strings.EqualFold(format, "Native") {
		_, err := io.CopyBuffer(struct{ io.Writer }{a}, r, make([]byte, 256<<10))
		return err
	}
	in := chproto.NewReader(r)
	for {
		block := proto.NewBlock()
		if err := block.Decode(in, 0); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		var buf chproto.Buffer
		if err := block.Encode(&buf, rev); err != nil {
			return err
		}
		if _, err := a.Write(buf.Buf); err != nil {
			return err
		}
	}
}

// blockWriter packs bytes into ClickHouse's compressed blocks.
type blockWriter struct {
	w   io.Writer
	c   *compress.Writer
	buf []byte
}

func (b *blockWriter) Write(p []byte) (int, error) {
	b.buf = append(b.buf, p...)
	if len(b.buf) < holdBack {
		return len(p), nil
	}
	return len(p), b.Flush()
}

func (b *blockWriter) Flush() error {
	if len(b.buf) == 0 {
		return nil
	}
	if err := b.c.Compress(b.buf); err != nil {
		return err
	}
	b.buf = b.buf[:0]
	_, err := b.w.Write(b.c.Data)
	return err
}

// decode undoes what the client packed its body in.
func (q *request) decode() (io.Reader, error) {
	var body io.Reader = q.http.Body
	switch q.http.Header.Get("Content-Encoding") {
	case "gzip":
		z, err := gzip.NewReader(body)
		if err != nil {
			return nil, exception(codeCannotDecompress, "CANNOT_DECOMPRESS", "gzip: %v", err)
		}
		body = z
	case "zstd":
		z, err := zstd.NewReader(body)
		if err != nil {
			return nil, exception(codeCannotDecompress, "CANNOT_DECOMPRESS", "zstd: %v", err)
		}
		body = z
	}
	if q.values.Get("decompress") == "1" {
		body = blockReader{compress.NewReader(body)}
	}
	return body, nil
}

// blockReader ends ClickHouse's compressed blocks with a plain io.EOF.
type blockReader struct{ r *compress.Reader }

func (b blockReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.EOF
	}
	return n, err
}
