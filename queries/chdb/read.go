package chdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

type outcome struct {
	stats stats
	err   error
}

// read runs a statement that has a result. The engine writes it to a pipe, by
// INTO OUTFILE: libchdb's own streaming gives each block as a document of its
// own, with header and footer, and does SELECT only. A pipe is one document in
// any format, comes block by block, and holds the engine back while the client
// is slow.
func (s *Server) read(c *conn, q *request, a *answer, st statement) (err error) {
	if a.format, err = q.format(&st); err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("open a pipe for the result: %w", err)
	}
	defer func() { _ = r.Close() }()
	widen(w)
	done := make(chan outcome, 1)
	go func() {
		sql := st.into(fmt.Sprintf("/dev/fd/%d", w.Fd()), a.format)
		// SHOW takes the format from here, not from its FORMAT clause.
		_, stats, err := c.run(sql, a.format, q.args)
		_ = w.Close()
		done <- outcome{stats, err}
	}()
	err = s.copyResult(q, a, st, r)
	if err != nil {
		// Nobody reads any more. The engine must still find a reader until it
		// ends, or its write would raise SIGPIPE.
		s.kill(q)
		_, _ = io.Copy(io.Discard, r)
	}
	o := <-done
	a.stats = o.stats
	if o.err != nil {
		return o.err
	}
	return err
}

// copyResult sends the engine's output, transcoded where the client speaks a
// newer Native than the engine writes.
func (s *Server) copyResult(q *request, a *answer, st statement, r io.Reader) error {
	revision, err := q.revision()
	if err != nil {
		return err
	}
	if revision == 0 || !strings.EqualFold(a.format, "Native") {
		_, err := io.CopyBuffer(onlyWriter{a}, onlyReader{r}, make([]byte, 256<<10))
		return err
	}
	n := newNative(r, revision, func() ([]string, error) { return s.describe(q, st) })
	for {
		err := n.copyBlock(a)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

type onlyWriter struct{ io.Writer }

// revision is the version of the Native format that the client speaks.
func (q *request) revision() (uint64, error) {
	v := q.values.Get("client_protocol_version")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(v, 10, 32)
	if err != nil {
		return 0, exception(badArguments, "client_protocol_version is not a number: %s", v)
	}
	return n, nil
}

// describe asks for the types of the statement's columns, on a connection of
// its own, because the statement is still running.
func (s *Server) describe(q *request, st statement) ([]string, error) {
	c, err := s.open("")
	if err != nil {
		return nil, err
	}
	defer c.close()
	if _, err := c.prepare(q, false); err != nil {
		return nil, err
	}
	out, _, err := c.run("DESCRIBE TABLE ("+st.sql[:st.formatStart]+"\n)", "TabSeparated", q.args)
	if err != nil {
		s.opts.Logger.Debug("clickhouse time zones not known", "query_id", q.id, "error", err)
		return nil, err
	}
	var types []string
	for line := range strings.Lines(string(out)) {
		_, rest, _ := strings.Cut(line, "\t")
		ty, _, _ := strings.Cut(rest, "\t")
		types = append(types, strings.ReplaceAll(ty, "\\'", "'"))
	}
	return types, nil
}
