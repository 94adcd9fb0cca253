package chdb

import (
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
	"strings"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// encoder packs a response. Flush makes what was written readable for the
// client, Close ends the stream.
type encoder interface {
	io.Writer
	Flush() error
	Close() error
}

// pack puts the encoders that the client asked for before a.out: ClickHouse's
// own blocks (compress=1) innermost, a Content-Encoding around them.
func (a *answer) pack() error {
	if a.q == nil {
		return nil
	}
	if name := a.contentEncoding(); name != "" {
		e, err := newEncoder(name, a.out)
		if err != nil {
			return err
		}
		a.w.Header().Set("Content-Encoding", name)
		a.out, a.encode = e, append(a.encode, e)
	}
	if a.q.flag("compress") {
		method := compress.LZ4
		if strings.EqualFold(a.q.values.Get("network_compression_method"), "zstd") {
			method = compress.ZSTD
		}
		b := &blockWriter{w: a.out, c: compress.NewWriter(0, method)}
		a.out, a.encode = b, append(a.encode, b)
	}
	return nil
}

// contentEncoding picks the first that we know, in this order of preference.
func (a *answer) contentEncoding() string {
	if v := a.q.values.Get("enable_http_compression"); v == "0" || v == "false" {
		return ""
	}
	accepted := strings.ToLower(a.r.Header.Get("Accept-Encoding"))
	for _, name := range []string{"zstd", "lz4", "gzip", "br", "deflate"} {
		for e := range strings.SplitSeq(accepted, ",") {
			if e, q, _ := strings.Cut(strings.TrimSpace(e), ";"); e == name && strings.ReplaceAll(q, " ", "") != "q=0" {
				return name
			}
		}
	}
	return ""
}

func newEncoder(name string, w io.Writer) (encoder, error) {
	switch name {
	case "zstd":
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	case "lz4":
		return lz4.NewWriter(w), nil
	case "br":
		return brotli.NewWriterLevel(w, 3), nil
	case "deflate":
		return zlib.NewWriter(w), nil
	}
	return gzip.NewWriterLevel(w, gzip.BestSpeed)
}

// decode undoes what the client packed its body in.
func (q *request) decode() (io.Reader, error) {
	body, err := newDecoder(strings.ToLower(q.http.Header.Get("Content-Encoding")), q.http.Body)
	if err != nil {
		return nil, exception(cannotDecompress, "Cannot decompress the request's body: %v", err)
	}
	if q.flag("decompress") {
		body = blockReader{compress.NewReader(body)}
	}
	return body, nil
}

func newDecoder(name string, r io.Reader) (io.Reader, error) {
	switch name {
	case "", "identity":
		return r, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(r)
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case "lz4":
		return lz4.NewReader(r), nil
	case "br":
		return brotli.NewReader(r), nil
	case "deflate":
		return newInflater(r)
	}
	return nil, errors.New("unknown Content-Encoding " + name)
}

// newInflater reads deflate as HTTP defines it (zlib) and as some clients send
// it (bare).
func newInflater(r io.Reader) (io.Reader, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	r = io.MultiReader(strings.NewReader(string(head[:])), r)
	if head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(r)
	}
	return flate.NewReader(r), nil
}

// blockWriter packs bytes into ClickHouse's compressed blocks.
type blockWriter struct {
	w   io.Writer
	c   *compress.Writer
	buf []byte
}

func (b *blockWriter) Write(p []byte) (int, error) {
	for n := 0; n < len(p); {
		k := min(len(p)-n, holdBack-len(b.buf))
		b.buf = append(b.buf, p[n:n+k]...)
		n += k
		if len(b.buf) == holdBack {
			if err := b.Flush(); err != nil {
				return n, err
			}
		}
	}
	return len(p), nil
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

func (b *blockWriter) Close() error { return b.Flush() }

// blockReader ends ClickHouse's compressed blocks with a plain io.EOF.
type blockReader struct{ r *compress.Reader }

func (b blockReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		return n, io.EOF
	case err != nil:
		return n, exception(cannotDecompress, "Cannot decompress the request's body: %v", err)
	}
	return n, nil
}
