package chdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options says how to start a Server. The zero value is good for a test: a
// library found or installed by Ensure, data in a temporary folder, any free
// port of loopback and a generated password.
type Options struct {
	Library  string       // path of libchdb; "" asks Ensure
	DataDir  string       // where tables live; "" is a temporary folder, removed by Close
	Addr     string       // host:port to listen on; "" is 127.0.0.1:0
	User     string       // "" is "default"
	Password string       // "" generates one
	Logger   *slog.Logger // nil discards
	Progress Progress     // told of an installation by Ensure; may be nil
	// MaxStatements bounds the statements that run at once; the next one waits
	// for its turn as long as its client does. 0 is 32.
	MaxStatements int
}

// Server is a running engine.
type Server struct {
	opts    Options
	engine  *engine
	keeper  *conn // holds the engine open between requests
	version string
	zone    string
	types   map[string]string // content type of each format

	listener net.Listener
	http     *http.Server
	slots    chan struct{} // one for each running statement
	sessions *sessions
	running  running

	lock *os.File
	temp string

	life    context.Context // ends when statements must
	end     context.CancelFunc
	gate    sync.RWMutex // held for reading by each request, for writing by Close
	stopped bool         // guarded by gate
	served  chan struct{}
	closing sync.Mutex
	closed  bool
}

// Start opens the engine on o.DataDir and serves it. A process runs one Server
// at a time, because libchdb has one data folder for a process; after Close,
// the next may have another folder. A folder that another process has is a
// *HeldError.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{opts: o, served: make(chan struct{}), sessions: newSessions()}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.start(ctx); err != nil {
		s.end()
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) (err error) {
	if err := s.defaults(ctx); err != nil {
		return err
	}
	if s.engine, err = load(s.opts.Library); err != nil {
		return err
	}
	if s.lock, err = lockDataDir(s.opts.DataDir); err != nil {
		return err
	}
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", s.opts.Addr); err != nil {
		return fmt.Errorf("serve clickhouse on %s: %w; choose another address, or port 0 for any free one", s.opts.Addr, err)
	}
	if err := signLock(s.lock, s.URL()); err != nil {
		return err
	}
	if err := s.engine.claim(s); err != nil {
		return err
	}
	if err := s.openEngine(); err != nil {
		return fmt.Errorf("open clickhouse on %s: %w", s.opts.DataDir, err)
	}
	s.http = &http.Server{
		Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelDebug),
	}
	go s.listen()
	return nil
}

func (s *Server) listen() {
	defer close(s.served)
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		s.opts.Logger.Error("clickhouse http server stopped", "error", err)
	}
}

func (s *Server) defaults(ctx context.Context) (err error) {
	o := &s.opts
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.User == "" {
		o.User = "default"
	}
	if o.Password == "" {
		o.Password = rand.Text()
	}
	if o.MaxStatements <= 0 {
		o.MaxStatements = 32
	}
	s.slots = make(chan struct{}, o.MaxStatements)
	if o.Library == "" {
		if o.Library, err = Ensure(ctx, o.Progress); err != nil {
			return err
		}
	}
	if o.DataDir == "" {
		if s.temp, err = makeTempDir(); err != nil {
			return err
		}
		o.DataDir = s.temp
	}
	o.DataDir, err = filepath.Abs(o.DataDir)
	return err
}

func (s *Server) openEngine() (err error) {
	if err := makeDefaultDatabase(s.opts.DataDir); err != nil {
		return err
	}
	if s.keeper, err = s.open(""); err != nil {
		return err
	}
	if s.version, err = s.keeper.text("SELECT version()"); err != nil {
		return err
	}
	if s.zone, err = s.keeper.text("SELECT timezone()"); err != nil {
		return err
	}
	s.types, err = s.keeper.contentTypes()
	return err
}

// open makes a connection whose statements carry id as their log_comment.
func (s *Server) open(id string) (*conn, error) {
	return s.engine.open(
		"--path="+s.opts.DataDir,
		// No overlay of "default" with the working directory; see makeDefaultDatabase.
		"--default_database=", "--database=default",
		// Or else it reads a config.xml that happens to lie in the working directory.
		"--config-file="+filepath.Join(s.opts.DataDir, "no-config.xml"),
		// The profiler works by signals, and those belong to Go's runtime here.
		"--query_profiler_real_time_period_ns=0", "--query_profiler_cpu_time_period_ns=0",
		// On a terminal it would complain of its own insert threads (ThreadStatus … invalid address) with each insert.
		"--log-level=none",
		// As a server has them; clickhouse-local, which libchdb is made from, doesn't.
		"--storage_file_read_method=pread", "--implicit_select=0",
		"--log_comment="+id,
	)
}

// Addr is the host:port that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the address as a client takes it, without user and password.
func (s *Server) URL() string { return "http://" + s.Addr() }

// User is the name to log in with.
func (s *Server) User() string { return s.opts.User }

// Password is the one given in Options or the generated one.
func (s *Server) Password() string { return s.opts.Password }

// DataDir is the folder where the tables live.
func (s *Server) DataDir() string { return s.opts.DataDir }

// Version is the engine's, such as 26.7.2.1.
func (s *Server) Version() string { return s.version }

// Close lets running statements end until ctx does, then cancels them, and
// closes the engine. It may be called more than once. The data is in its
// folder, complete, when it returns.
func (s *Server) Close(ctx context.Context) error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.http.Shutdown(ctx)
	s.end()
	if err != nil {
		err = s.http.Close()
	}
	<-s.served
	s.gate.Lock() // no request is under way any more
	s.stopped = true
	s.gate.Unlock()
	return errors.Join(err, s.release())
}

// release gives back what start took, in reverse, however far it came.
func (s *Server) release() (err error) {
	s.sessions.close()
	if s.keeper != nil {
		s.keeper.close()
	}
	if s.engine != nil {
		s.engine.leave(s)
	}
	if s.listener != nil {
		_ = s.listener.Close() // closed already if it was served
	}
	if s.lock != nil {
		err = s.lock.Close()
	}
	if s.temp != "" {
		err = errors.Join(err, os.RemoveAll(s.temp))
	}
	return err
}
