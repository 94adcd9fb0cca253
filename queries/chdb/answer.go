package chdb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// holdBack is how much of a result is kept before the first byte goes out, as
// in ClickHouse. Until then an error still gets its own status and headers.
const holdBack = 1 << 20

// answer writes the response: headers late, so that they tell the truth.
type answer struct {
	s *Server
	w http.ResponseWriter
	r *http.Request
	q *request // nil where the request wasn't understood

	format string
	stats  stats
	held   bytes.Buffer
	spill  *os.File // what wait_end_of_query holds back beyond held
	sent   bool
	tag    string // marks an exception behind the first part of a result
	out    io.Writer
	encode []encoder // innermost last
}

func newAnswer(s *Server, w http.ResponseWriter, r *http.Request) *answer {
	return &answer{s: s, w: w, r: r}
}

// empty tells whether nothing of a result has come yet.
func (a *answer) empty() bool { return !a.sent && a.held.Len() == 0 && a.spill == nil }

func (a *answer) Write(b []byte) (int, error) {
	if a.spill != nil {
		return a.spill.Write(b)
	}
	if !a.sent && a.held.Len()+len(b) <= a.room() {
		return a.held.Write(b)
	}
	if !a.sent && (a.q.flag("wait_end_of_query") || a.q.flag("http_wait_end_of_query")) {
		f, err := os.CreateTemp("", "funnelcloud-result-*")
		if err != nil {
			return 0, fmt.Errorf("hold back the result: %w", err)
		}
		a.spill = f
		return f.Write(b)
	}
	if err := a.send(http.StatusOK); err != nil {
		return 0, err
	}
	return a.out.Write(b)
}

func (a *answer) room() int {
	if n, err := strconv.Atoi(a.q.values.Get("buffer_size")); err == nil && n > holdBack {
		return min(n, 1<<30)
	}
	return holdBack
}

// send writes the headers and what was held back.
func (a *answer) send(code int) error {
	if a.sent {
		return nil
	}
	a.sent, a.out = true, a.w
	a.headers(code)
	if err := a.pack(); err != nil {
		return err
	}
	a.w.WriteHeader(code)
	if _, err := a.out.Write(a.held.Bytes()); err != nil || a.spill == nil {
		return err
	}
	if _, err := a.spill.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(onlyWriter{a.out}, a.spill)
	return err
}

func (a *answer) headers(code int) {
	h := a.w.Header()
	h.Set("X-ClickHouse-Server-Display-Name", "funnelcloud")
	h.Set("X-ClickHouse-Timezone", a.s.zone)
	h.Set("X-ClickHouse-Summary", a.stats.summary())
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	if a.q == nil {
		return
	}
	h.Set("X-ClickHouse-Query-Id", a.q.id)
	if a.q.flag("add_http_cors_header") {
		h.Set("Access-Control-Allow-Origin", "*")
	}
	if a.format != "" && code == http.StatusOK {
		a.tag = newTag()
		h.Set("X-ClickHouse-Exception-Tag", a.tag)
		h.Set("X-ClickHouse-Format", a.format)
		if t := a.s.types[strings.ToLower(a.format)]; t != "" {
			h.Set("Content-Type", t)
		}
	}
}

func newTag() string {
	b := make([]byte, 16)
	for i := range b {
		b[i] = 'a' + byte(rand.IntN(26))
	}
	return string(b)
}

func (s stats) summary() string {
	return fmt.Sprintf(`{"read_rows":"%d","read_bytes":"%d","written_rows":"%d","written_bytes":"%d","total_rows_to_read":"0","result_rows":"%d","result_bytes":"%d","elapsed_ns":"%d"}`,
		s.readRows, s.readBytes, s.writtenRows, s.writtenBytes, s.resultRows, s.resultBytes, int64(s.seconds*1e9))
}

func (a *answer) finish() {
	err := a.send(http.StatusOK)
	if err := errors.Join(err, a.flush(true)); err != nil {
		a.s.opts.Logger.Debug("clickhouse client went away", "error", err)
	}
}

// flush empties the encoders, outermost data first.
func (a *answer) flush(end bool) (err error) {
	for i := len(a.encode) - 1; i >= 0; i-- {
		if end {
			err = errors.Join(err, a.encode[i].Close())
		} else {
			err = errors.Join(err, a.encode[i].Flush())
		}
	}
	return err
}

// fail answers with ClickHouse's text and status.
func (a *answer) fail(e *Exception) {
	text := e.Text + " (version " + a.s.version + ")\n"
	if a.sent {
		a.breakOff(text)
	}
	a.w.Header().Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	a.swallowBody()
	a.drop()
	a.held.WriteString(text)
	if err := a.send(e.status()); err == nil {
		a.finish()
	}
}

// swallowBody reads what the client still sends, within limits: a client that
// is cut off while it writes sees "connection reset" instead of the error.
func (a *answer) swallowBody() {
	const patience = 10 * time.Second
	c := http.NewResponseController(a.w)
	if c.SetReadDeadline(time.Now().Add(patience)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, a.r.Body, 256<<20)
	_ = c.SetReadDeadline(time.Time{})
}

// breakOff ends a response that is already under way: the exception between
// marks, as ClickHouse frames it, then a broken connection, so that no client
// takes the part for the whole.
func (a *answer) breakOff(text string) {
	_, err := fmt.Fprintf(a.out, "\r\n__exception__\r\n%s\r\n%s%d %s\r\n__exception__\r\n", a.tag, text, len(text), a.tag)
	if err == nil && a.flush(false) == nil {
		_ = http.NewResponseController(a.w).Flush()
	}
	panic(http.ErrAbortHandler)
}

// drop forgets what was held back.
func (a *answer) drop() {
	a.held.Reset()
	if a.spill != nil {
		_ = a.spill.Close()
		_ = os.Remove(a.spill.Name())
		a.spill = nil
	}
}

// contentTypes are the formats' own, by lower-case name.
func (c *conn) contentTypes() (map[string]string, error) {
	out, err := c.text("SELECT lower(name), content_type FROM system.formats WHERE is_output")
	if err != nil {
		return nil, err
	}
	m := map[string]string{}
	for line := range strings.Lines(out) {
		name, t, _ := strings.Cut(strings.TrimSpace(line), "\t")
		m[name] = t
	}
	return m, nil
}
