package chdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// maxQuerySize is ClickHouse's default for the setting max_query_size: the
// most bytes of a statement's text that are looked at.
const maxQuerySize = 256 << 10

// execute runs the request's statement. The text is the query parameter and
// the body, in this order; of an INSERT, the rest of the body is its rows.
func (s *Server) execute(ctx context.Context, c *conn, q *request, a *answer) error {
	st, rest, err := q.statement()
	if err != nil {
		return err
	}
	switch {
	case st.insert && st.dataFrom >= 0:
		return s.insertRows(ctx, c, q, a, st, rest)
	case st.several():
		return exception(codeSyntaxError, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	case c.classify(st.sql) == classReadOnly:
		return s.read(ctx, c, q, a, st)
	}
	format, err := q.format(&st)
	if err != nil {
		return err
	}
	a.format = format
	out, stats, err := c.run(st.sql, format, q.args)
	if err != nil {
		return err
	}
	a.stats = stats
	_, err = a.Write(out)
	return err
}

// statement reads as much of the body as the statement's text takes.
func (q *request) statement() (statement, io.Reader, error) {
	text := q.values.Get("query")
	if text != "" {
		text += "\n"
		// An INSERT in the URL is complete there: the body is rows only, which
		// mustn't be looked into.
		if st, _ := parse(text); st.insert && st.dataFrom >= 0 {
			return st, q.body, nil
		}
	}
	buf := []byte(text)
	for {
		n := len(buf)
		grown := make([]byte, max(16<<10, 2*n))
		copy(grown, buf)
		got, err := io.ReadFull(q.body, grown[n:])
		buf = grown[:n+got]
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return statement{}, nil, fmt.Errorf("read the query: %w", err)
		}
		st, _ := parse(string(buf))
		if err != nil || st.dataFrom >= 0 && st.dataFrom < len(buf) || len(buf) > maxQuerySize {
			return st, q.body, nil
		}
	}
}

var formatName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// format is that of the answer: the statement's, the request's or
// ClickHouse's default for HTTP.
func (q *request) format(st *statement) (string, error) {
	f := "TabSeparated"
	if v := q.values.Get("default_format"); v != "" {
		f = v
	} else if v := q.http.Header.Get("X-ClickHouse-Format"); v != "" {
		f = v
	}
	if st.format != "" {
		f = st.format
	}
	if !formatName.MatchString(f) {
		return "", exception(codeUnknownFormat, "UNKNOWN_FORMAT", "Unknown format %s", f)
	}
	return f, nil
}

func (s *Server) insertRows(_ context.Context, c *conn, q *request, a *answer, st statement, rest io.Reader) error {
	ins, err := c.insert(strings.TrimSpace(st.sql[:st.headEnd]), st.format, q.args)
	if err != nil {
		return err
	}
	_, err = ins.Write([]byte(st.sql[st.dataFrom:]))
	if err == nil {
		_, err = io.CopyBuffer(ins, rest, make([]byte, 256<<10))
	}
	if err != nil && !errors.Is(err, errInsertStopped) {
		ins.cancel()
		return fmt.Errorf("read the rows: %w", err)
	}
	a.stats, err = ins.done()
	return err
}

// read runs a statement that has a result. The engine writes it to a pipe, by
// INTO OUTFILE: libchdb's own streaming gives each block as a document of its
// own, with header and footer, and does SELECT only. A pipe is one document in
// any format, block by block, and holds the engine back when the client is slow.
func (s *Server) read(ctx context.Context, c *conn, q *request, a *answer, st statement) error {
	format, err := q.format(&st)
	if err != nil {
		return err
	}
	a.format = format
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("open a pipe for the result: %w", err)
	}
	defer func() { _ = r.Close() }()
	type outcome struct {
		stats stats
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		_, stats, err := c.run(st.into(fmt.Sprintf("/dev/fd/%d", w.Fd()), format), "Null", q.args)
		_ = w.Close()
		done <- outcome{stats, err}
	}()
	err = a.copyResult(q, format, r)
	if err != nil {
		_, _ = io.Copy(io.Discard, r)
	}
	o := <-done
	a.stats = o.stats
	return errors.Join(o.err, err)
}
