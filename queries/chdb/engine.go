package chdb

import (
	"fmt"
	"os"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// engine is the C API of libchdb, bound without cgo. The names are those of
// chdb.h. Handles are uintptr: they point into the engine's memory, which Go's
// collector neither moves nor frees.
type engine struct {
	connect    func(argc int32, argv unsafe.Pointer) uintptr
	closeConn  func(conn uintptr)
	classify   func(conn uintptr, sql unsafe.Pointer, n uintptr, db unsafe.Pointer, dbLen uintptr, out unsafe.Pointer) int32
	setSignals func(on int32)

	query       func(conn uintptr, q unsafe.Pointer, qn uintptr, f unsafe.Pointer, fn uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) uintptr
	streamQuery func(conn uintptr, q unsafe.Pointer, qn uintptr, f unsafe.Pointer, fn uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) uintptr
	fetch       func(conn, stream uintptr) uintptr
	cancelQuery func(conn, stream uintptr)
	destroy     func(result uintptr)

	insert        func(conn uintptr, q unsafe.Pointer, qn uintptr, f unsafe.Pointer, fn uintptr, names, nameLens, values, valueLens unsafe.Pointer, n uintptr) uintptr
	insertAppend  func(stream uintptr, data unsafe.Pointer, n uintptr) int32
	insertDone    func(stream uintptr) uintptr
	insertCancel  func(stream uintptr)
	insertError   func(stream uintptr) uintptr
	insertDestroy func(stream uintptr)

	resultError        func(result uintptr) uintptr
	resultBuffer       func(result uintptr) uintptr
	resultLength       func(result uintptr) uintptr
	resultElapsed      func(result uintptr) float64
	resultRows         func(result uintptr) uint64
	resultBytes        func(result uintptr) uint64
	resultReadRows     func(result uintptr) uint64
	resultReadBytes    func(result uintptr) uint64
	resultWrittenRows  func(result uintptr) uint64
	resultWrittenBytes func(result uintptr) uint64
	version            func() string

	mu   sync.Mutex
	user *Server // whose data folder the engine has open
}

// claim makes s the engine's one user.
func (e *engine) claim(s *Server) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.user != nil {
		return fmt.Errorf("open clickhouse on %s: this process already has it open on %s, and libchdb has one data folder for a process; close that server first", s.opts.DataDir, e.user.opts.DataDir)
	}
	e.user = s
	return nil
}

func (e *engine) leave(s *Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.user == s {
		e.user = nil
	}
}

var (
	loadMu sync.Mutex
	loaded = map[string]*engine{}
)

// load binds the library at path, once for a process: libchdb can't be
// unloaded, and two copies of it in one process would share nothing but faults.
func load(path string) (*engine, error) {
	loadMu.Lock()
	defer loadMu.Unlock()
	if e := loaded[path]; e != nil {
		return e, nil
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("load libchdb: %w; unset %s to have it installed", err, LibraryEnv)
	}
	if len(loaded) > 0 {
		return nil, fmt.Errorf("load %s: this process already runs another libchdb; choose one before it starts, by %s", path, LibraryEnv)
	}
	lib, err := dlopen(path)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w; delete the file to have it installed again, or set %s", path, err, LibraryEnv)
	}
	e := &engine{}
	for name, fn := range e.symbols() {
		sym, err := dlsym(lib, name)
		if err != nil {
			return nil, fmt.Errorf("load %s: no %s in it; it is older than the %s this program needs", path, name, Version)
		}
		purego.RegisterFunc(fn, sym)
	}
	// Go's runtime owns the signals of this process: the engine's handlers lack
	// SA_ONSTACK and would crash it.
	e.setSignals(0)
	loaded[path] = e
	return e, nil
}

func (e *engine) symbols() map[string]any {
	return map[string]any{
		"chdb_version": &e.version, "chdb_connect": &e.connect, "chdb_close_conn": &e.closeConn,
		"chdb_classify_query_n": &e.classify, "chdb_set_signal_handlers_enabled": &e.setSignals,
		"chdb_query_with_params_n": &e.query, "chdb_stream_query_with_params_n": &e.streamQuery,
		"chdb_stream_fetch_result": &e.fetch, "chdb_stream_cancel_query": &e.cancelQuery,
		"chdb_destroy_query_result": &e.destroy, "chdb_stream_insert_with_params_n": &e.insert,
		"chdb_stream_append": &e.insertAppend, "chdb_stream_done": &e.insertDone,
		"chdb_stream_cancel_insert": &e.insertCancel, "chdb_stream_insert_error": &e.insertError,
		"chdb_destroy_insert_stream": &e.insertDestroy, "chdb_result_error": &e.resultError,
		"chdb_result_buffer": &e.resultBuffer, "chdb_result_length": &e.resultLength,
		"chdb_result_elapsed": &e.resultElapsed, "chdb_result_rows_read": &e.resultRows,
		"chdb_result_bytes_read": &e.resultBytes, "chdb_result_storage_rows_read": &e.resultReadRows,
		"chdb_result_storage_bytes_read": &e.resultReadBytes, "chdb_result_rows_written": &e.resultWrittenRows,
		"chdb_result_bytes_written": &e.resultWrittenBytes,
	}
}

// cstring copies a NUL-terminated string out of the engine's memory.
func cstring(p uintptr) string {
	if p == 0 {
		return ""
	}
	return string(view(p, cstrlen(p)))
}

func cstrlen(p uintptr) int {
	n := 0
	for *(*byte)(pointer(p + uintptr(n))) != 0 {
		n++
	}
	return n
}

// view is the engine's memory as a slice, valid until its result is destroyed.
func view(p uintptr, n int) []byte {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(pointer(p)), n)
}

// pointer turns an address of the engine's into a pointer. go vet objects to
// unsafe.Pointer(p), because an address of Go's heap could move meanwhile;
// these don't.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// params are a statement's query parameters, in the form the C API takes.
type params struct {
	names, values       []unsafe.Pointer
	nameLens, valueLens []uintptr
	keep                []string // what the pointers point into
}

func newParams(m map[string]string) *params {
	p := &params{}
	for k, v := range m {
		p.names, p.nameLens = append(p.names, p.text(k)), append(p.nameLens, uintptr(len(k)))
		p.values, p.valueLens = append(p.values, p.text(v)), append(p.valueLens, uintptr(len(v)))
	}
	return p
}

// text gives a string's address; p keeps the string alive until the call ends.
func (p *params) text(s string) unsafe.Pointer {
	if s == "" {
		return unsafe.Pointer(&empty[0])
	}
	p.keep = append(p.keep, s)
	return unsafe.Pointer(unsafe.StringData(s))
}

var empty = [1]byte{}

func slicePtr[T any](s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }
