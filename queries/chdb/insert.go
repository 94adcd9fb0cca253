package chdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// insertRows streams the body into the table. Memory holds a few blocks,
// however long the body.
func (s *Server) insertRows(c *conn, q *request, a *answer, st statement, rest io.Reader) error {
	ins, err := c.insert(strings.TrimSpace(st.sql[:st.headEnd]), st.format, q.args)
	if err != nil {
		return err
	}
	_, err = io.WriteString(ins, st.sql[st.dataFrom:])
	if err == nil {
		_, err = io.CopyBuffer(ins, onlyReader{rest}, make([]byte, 256<<10))
	}
	if err != nil && !errors.Is(err, errInsertStopped) {
		ins.cancel()
		return bodyError(err)
	}
	a.stats, err = ins.done()
	return err
}

// onlyReader hides WriteTo, so that the copy goes by its buffer.
type onlyReader struct{ io.Reader }

// insertTransformed runs INSERT … SELECT … FROM input('…') FORMAT X. libchdb
// takes such a statement and inserts nothing, so the rows go through a pipe
// that the statement reads with file() instead.
func (s *Server) insertTransformed(c *conn, q *request, a *answer, st statement, rest io.Reader) error {
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("open a pipe for the rows: %w", err)
	}
	fed := make(chan error, 1)
	go func() {
		_, err := io.WriteString(w, st.sql[st.dataFrom:])
		if err == nil {
			_, err = io.CopyBuffer(w, onlyReader{rest}, make([]byte, 256<<10))
		}
		if err != nil {
			s.kill(q) // before the end of the pipe looks like the end of the rows
		}
		fed <- errors.Join(err, w.Close())
	}()
	sql := st.sql[:st.inputFrom] + fmt.Sprintf("file('/dev/fd/%d', %s, ", r.Fd(), quote(st.format)) + st.sql[st.inputEnd:st.headEnd]
	_, a.stats, err = c.run(sql, "Null", q.args)
	_ = r.Close() // a feeder that still writes gets EPIPE
	ferr := <-fed
	if err != nil {
		return err
	}
	if ferr != nil {
		return bodyError(ferr)
	}
	return nil
}
