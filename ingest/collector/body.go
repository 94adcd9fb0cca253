package collector

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// readChunk is how much of a body is read before the memory for more is asked for.
const readChunk = 32 << 10

// readBody reads and decompresses a body into a buffer. Senders are careless about how they name a compression: RudderStack
// calls gzip a form, PostHog calls it text, and proxies undo it without saying. So the first bytes decide about gzip,
// and the header about the rest. Both sizes are bounded, before and after.
func (c *Collector) readBody(w http.ResponseWriter, r *http.Request, held *lease, into []byte) ([]byte, error) {
	raw := http.MaxBytesReader(w, r.Body, c.options.MaxBody)
	in, err := decompress(raw, r.Header.Get("Content-Encoding"))
	if err != nil {
		return into, bodyError(err)
	}
	return c.fill(in, held, into[:0])
}

// fill reads to the end, taking the memory for it as it goes: for the buffer, and for what will be made of its bytes.
func (c *Collector) fill(in io.Reader, held *lease, out []byte) ([]byte, error) {
	leased := int64(0)
	for {
		if cap(out)-len(out) < readChunk/2 {
			out = append(make([]byte, 0, cap(out)+max(cap(out)/2, readChunk)), out...)
		}
		if over := int64(cap(out)) + int64(len(out))*(copies-1) - leased; over > 0 {
			if err := held.grow(over); err != nil {
				return out, err
			}
			leased += over
		}
		n, err := in.Read(out[len(out):cap(out)])
		out = out[:len(out)+n]
		if int64(len(out)) > c.options.MaxDecoded {
			return out, refuse(http.StatusRequestEntityTooLarge, "decoded_too_large",
				"the body is larger than %d bytes when decompressed; send smaller batches", c.options.MaxDecoded)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, bodyError(err)
		}
	}
}

// layers bounds how often a body is compressed: once by the SDK and once by what carries it.
const layers = 2

func decompress(r io.Reader, encodings string) (io.Reader, error) {
	names := strings.Split(encodings, ",")
	if len(names) > layers {
		return nil, refuse(http.StatusUnsupportedMediaType, "encoding", "Content-Encoding %q: more than %d compressions", clip(encodings), layers)
	}
	in := bufio.NewReaderSize(r, 4096)
	for i := len(names) - 1; i >= 0; i-- {
		switch name := strings.ToLower(strings.TrimSpace(names[i])); name {
		case "", "identity", "gzip", "x-gzip":
		case "deflate":
			inflated, err := inflate(in)
			if err != nil {
				return nil, err
			}
			in = bufio.NewReaderSize(inflated, 4096)
		default:
			return nil, refuse(http.StatusUnsupportedMediaType, "encoding", "Content-Encoding %q is none of gzip, deflate", clip(name))
		}
	}
	for range layers {
		magic, err := in.Peek(2)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if !isGzip(magic) {
			break
		}
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errGzip, err)
		}
		in = bufio.NewReaderSize(wrapped{unzipped}, 4096)
	}
	return in, nil
}

// inflate reads what HTTP calls deflate: zlib by the standard, bare deflate by some senders.
func inflate(in *bufio.Reader) (io.Reader, error) {
	head, err := in.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		z, err := zlib.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errGzip, err)
		}
		return wrapped{z}, nil
	}
	if isGzip(head) { // a wrong name for it
		return in, nil
	}
	return wrapped{flate.NewReader(in)}, nil
}

func isGzip(head []byte) bool { return len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b }

var (
	errGzip   = errors.New("the body can't be decompressed")
	errBase64 = errors.New("the body's data is no base64")
	errForm   = errors.New("the body is no form")
)

// wrapped tells faults of the compression from faults of the connection below it.
type wrapped struct{ r io.Reader }

func (w wrapped) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.Is(err, io.EOF) && !errors.As(err, &tooLarge) && !errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", errGzip, err)
	}
	return n, err
}

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	var known *refusal
	switch {
	case errors.As(err, &known):
		return err
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "body_too_large", "the body is larger than %d bytes; send smaller batches", tooLarge.Limit)
	case errors.Is(err, errGzip):
		return refuse(http.StatusBadRequest, "compression", "%v", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "timeout", "the body did not arrive in time")
	}
	return refuse(http.StatusBadRequest, "hung_up", "the body ended early: %v", err)
}

// unwrap finds the JSON in a body: itself, or in the member data of a form, plain or as base64, and there perhaps gzip
// again (posthog-js). A form's other members are added to the query.
func (c *Collector) unwrap(body []byte, contentType string, query url.Values, held *lease) ([]byte, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	form := strings.HasPrefix(contentType, "application/x-www-form-urlencoded")
	switch {
	case len(body) > 0 && (body[0] == '{' || body[0] == '['):
		return body, nil
	case bytes.HasPrefix(body, []byte("data=")) || form && len(body) > 0:
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "form", "%v: %v", errForm, err)
		}
		for name, v := range values {
			query[name] = v
		}
		return c.data(values.Get("data"), held)
	case len(body) == 0 && query.Get("data") != "":
		return c.data(query.Get("data"), held)
	case query.Get("compression") == "base64":
		return c.data(string(body), held)
	}
	return body, nil
}

// data decodes the member data of a form or query.
func (c *Collector) data(data string, held *lease) ([]byte, error) {
	data = strings.TrimSpace(data)
	if data == "" || data[0] == '{' || data[0] == '[' {
		return []byte(data), nil
	}
	decoded, err := decodeBase64(data)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "base64", "%v: %v", errBase64, err)
	}
	if !isGzip(decoded) {
		return bytes.TrimSpace(decoded), nil
	}
	in, err := decompress(bytes.NewReader(decoded), "")
	if err != nil {
		return nil, bodyError(err)
	}
	return c.fill(in, held, nil)
}

// decodeBase64 takes the standard alphabet and the one for URLs, with or without padding. A plus sign that a sender did
// not escape in a form has become a blank.
func decodeBase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.NewReplacer(" ", "+", "-", "+", "_", "/", "\n", "", "\r", "").Replace(s), "=")
	return base64.RawStdEncoding.DecodeString(s)
}

// clip keeps what a sender wrote short enough to be said back.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
