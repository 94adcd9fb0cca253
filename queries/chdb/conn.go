package chdb

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// conn is one connection to the engine, and with it one ClickHouse session:
// its settings, current database and temporary tables. It runs one statement
// at a time; the caller sees to that. Opening one takes some 0.3 ms, so each
// request gets a fresh one and nothing can leak from one request to the next.
type conn struct {
	e      *engine
	handle uintptr // chdb_connection *
}

// stats is what a statement did, as X-ClickHouse-Summary tells it.
type stats struct {
	readRows, readBytes, writtenRows, writtenBytes, resultRows, resultBytes uint64
	seconds                                                                 float64
}

var errConnect = errors.New("the engine can't read what is there, and has printed the reason on standard error; restore the folder or choose another")

func (e *engine) open(args ...string) (*conn, error) {
	argv := make([]unsafe.Pointer, 0, len(args)+1)
	for _, a := range append([]string{"clickhouse"}, args...) {
		argv = append(argv, unsafe.Pointer(unsafe.StringData(a+"\x00")))
	}
	h := e.connect(int32(len(argv)), slicePtr(argv))
	runtime.KeepAlive(argv)
	if h == 0 {
		return nil, errConnect
	}
	return &conn{e: e, handle: h}, nil
}

func (c *conn) close() {
	if c.handle != 0 {
		c.e.closeConn(c.handle)
		c.handle = 0
	}
}

func (c *conn) inner() uintptr { return *(*uintptr)(pointer(c.handle)) }

// run executes one statement to its end and returns its output, which for a
// statement sent with INTO OUTFILE is empty.
func (c *conn) run(sql, format string, args map[string]string) ([]byte, stats, error) {
	p := newParams(args)
	r := c.e.query(c.inner(), p.text(sql), uintptr(len(sql)), p.text(format), uintptr(len(format)),
		slicePtr(p.names), slicePtr(p.nameLens), slicePtr(p.values), slicePtr(p.valueLens), uintptr(len(p.names)))
	runtime.KeepAlive(p)
	defer c.e.destroy(r)
	if err := c.e.failure(r); err != nil {
		return nil, stats{}, err
	}
	out := append([]byte(nil), view(c.e.resultBuffer(r), int(c.e.resultLength(r)))...)
	return out, c.e.stats(r), nil
}

func (e *engine) failure(result uintptr) error {
	return parseException(cstring(e.resultError(result)))
}

func (e *engine) stats(r uintptr) stats {
	return stats{
		readRows: e.resultReadRows(r), readBytes: e.resultReadBytes(r),
		writtenRows: e.resultWrittenRows(r), writtenBytes: e.resultWrittenBytes(r),
		resultRows: e.resultRows(r), resultBytes: e.resultBytes(r), seconds: e.resultElapsed(r),
	}
}

// queryClass is chdb_query_class of chdb.h: what a statement leaves behind.
type queryClass uint32

const (
	classReadOnly queryClass = 0
	classUnknown  queryClass = 4
)

// classify asks the engine's own parser what a statement does. Text that
// doesn't parse is classUnknown.
func (c *conn) classify(sql string) queryClass {
	out := &struct{ size, statements, flags, class uint32 }{size: 16, class: uint32(classUnknown)}
	p := newParams(nil)
	if c.e.classify(c.inner(), p.text(sql), uintptr(len(sql)), nil, 0, unsafe.Pointer(out)) != 0 {
		return classUnknown
	}
	runtime.KeepAlive(p)
	return queryClass(out.class)
}

// insertion is an INSERT that is being fed its data.
type insertion struct {
	c      *conn
	stream uintptr
}

// insert begins an INSERT; sql has neither FORMAT nor data.
func (c *conn) insert(sql, format string, args map[string]string) (*insertion, error) {
	p := newParams(args)
	s := c.e.insert(c.inner(), p.text(sql), uintptr(len(sql)), p.text(format), uintptr(len(format)),
		slicePtr(p.names), slicePtr(p.nameLens), slicePtr(p.values), slicePtr(p.valueLens), uintptr(len(p.names)))
	runtime.KeepAlive(p)
	i := &insertion{c: c, stream: s}
	if err := i.failure(); err != nil {
		c.e.insertDestroy(s)
		return nil, err
	}
	return i, nil
}

func (i *insertion) failure() error {
	return parseException(cstring(i.c.e.insertError(i.stream)))
}

// Write hands data to the engine and blocks while its queue is full.
func (i *insertion) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	state := i.c.e.insertAppend(i.stream, unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b)))
	runtime.KeepAlive(b)
	if state != 0 {
		// The reason comes from done, which waits for the worker that knows it.
		return 0, errInsertStopped
	}
	return len(b), nil
}

var errInsertStopped = errors.New("the engine stopped taking rows")

// done ends the data and returns when the rows are in the table, or the error.
func (i *insertion) done() (stats, error) {
	defer i.c.e.insertDestroy(i.stream)
	r := i.c.e.insertDone(i.stream)
	defer i.c.e.destroy(r)
	return i.c.e.stats(r), i.c.e.failure(r)
}

// cancel drops the rows that aren't in the table yet.
func (i *insertion) cancel() {
	i.c.e.insertCancel(i.stream)
	i.c.e.insertDestroy(i.stream)
}

// quote makes a ClickHouse string literal.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// quoteName makes a ClickHouse identifier.
func quoteName(s string) string {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`").Replace(s) + "`"
}

// text runs a statement of our own and returns its one value.
func (c *conn) text(sql string) (string, error) {
	out, _, err := c.run(sql, "TabSeparatedRaw", nil)
	if err != nil {
		return "", fmt.Errorf("ask the engine: %w", err)
	}
	return strings.TrimSuffix(string(out), "\n"), nil
}
