package chdb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
)

// execute runs the request's statement. The text is the query parameter and
// the body, in this order; of an INSERT, the rest of the body is its rows.
func (s *Server) execute(ctx context.Context, c *conn, q *request, a *answer) error {
	if q.multipart {
		if err := c.externalData(q); err != nil {
			return err
		}
	}
	st, rest, err := q.statement()
	if err != nil {
		return err
	}
	if q.values.Get("log_comment") != "" {
		q.text = st.sql[:min(len(st.sql), 1024)]
	}
	class := c.classify(st.sql[:st.headEnd])
	if err := q.mayRun(&st, class); err != nil {
		return err
	}
	defer s.watch(ctx, q)()
	switch {
	case st.insert && st.dataFrom >= 0 && st.inputFrom >= 0:
		err = s.insertTransformed(c, q, a, st, rest)
	case st.insert && st.dataFrom >= 0:
		err = s.insertRows(c, q, a, st, rest)
	case class == classReadOnly:
		err = s.read(c, q, a, st)
		// The statement parsed as it was, so INTO OUTFILE is at fault: run it whole.
		if e := (*Exception)(nil); errors.As(err, &e) && e.Code == syntaxError.number && a.empty() {
			err = s.command(c, q, a, st)
		}
	default:
		err = s.command(c, q, a, st)
	}
	if err != nil && ctx.Err() != nil {
		return errors.Join(exception(queryCancelled, "Query was cancelled"), err)
	}
	return err
}

// mayRun refuses what a server refuses.
func (q *request) mayRun(st *statement, class queryClass) error {
	switch {
	case len(st.tokens) == 0:
		return exception(syntaxError, "Syntax error: Empty query")
	case st.dataFrom < 0 && st.several():
		return exception(syntaxError, "Syntax error (Multi-statements are not allowed): %s", st.sql[:min(st.end, 200)])
	case st.outfile():
		return exception(noOutfile, "INTO OUTFILE is not allowed")
	case st.insert && st.infile():
		return exception(notImplemented, "FROM INFILE reads files of the client; send the rows in the request's body")
	}
	// A session's connection can't be made read-only and writable again, so
	// this is done here for it.
	if get := q.http.Method == http.MethodGet || q.http.Method == http.MethodHead; q.sessionID() != "" &&
		(get || q.values.Get("readonly") == "1" || q.values.Get("readonly") == "2") &&
		(st.insert || class != classReadOnly && class != classUnknown) && !st.is(0, "SET") && !st.is(0, "USE") {
		return exception(readonlyMode, "default: Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.")
	}
	return nil
}

// command runs a statement that changes something; its result is small.
func (s *Server) command(c *conn, q *request, a *answer, st statement) (err error) {
	if a.format, err = q.format(&st); err != nil {
		return err
	}
	out, stats, err := c.run(st.sql, a.format, q.args)
	if err != nil {
		return err
	}
	a.stats = stats
	_, err = a.Write(out)
	return err
}

// statement reads as much of the body as the statement's text takes, and no
// more than ClickHouse looks at: the setting max_query_size.
func (q *request) statement() (statement, io.Reader, error) {
	limit := 256 << 10
	if n, err := strconv.Atoi(q.values.Get("max_query_size")); err == nil && n > 0 {
		limit = n
	}
	text := q.values.Get("query")
	if text != "" {
		text += "\n"
		// An INSERT in the URL is complete there: the body is rows only, which
		// mustn't be looked into.
		if st := parse(text); st.insert && st.dataFrom >= 0 {
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
		ended := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !ended {
			return statement{}, nil, bodyError(err)
		}
		st := parse(string(buf))
		// The byte behind FORMAT X may be a line end that isn't data.
		if ended || st.dataFrom >= 0 && st.dataFrom < len(buf) || len(buf) > limit {
			return st, q.body, nil
		}
	}
}

// bodyError says which side is to blame for a body that can't be read.
func bodyError(err error) error {
	var e *Exception
	if errors.As(err, &e) {
		return e
	}
	return exception(networkError, "Cannot read the request's body: %v", err)
}

var formatName = regexp.MustCompile(`^[A-Za-z0-9_]+$`)

// format is that of the answer: the statement's, the request's or
// ClickHouse's default for HTTP.
func (q *request) format(st *statement) (string, error) {
	f := "TabSeparated"
	if v := q.http.Header.Get("X-ClickHouse-Format"); v != "" {
		f = v
	} else if v := q.values.Get("default_format"); v != "" {
		f = v
	}
	if st.format != "" {
		f = st.format
	}
	if !formatName.MatchString(f) {
		return "", exception(unknownFormat, "Unknown format %s", f)
	}
	return f, nil
}
