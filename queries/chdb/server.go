// Package chdb is an embedded ClickHouse: libchdb, the engine as a shared
// library, behind ClickHouse's own HTTP interface on loopback.
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
// library found or installed by Ensure, data in memory of a temporary folder,
// any free port of loopback and a generated password.
type Options struct {
	Library  string       // path of libchdb; "" asks Ensure
	DataDir  string       // where tables live; "" is a temporary folder, removed by Close
	Addr     string       // host:port to listen on; "" is 127.0.0.1:0
	User     string       // "" is "default"
	Password string       // "" generates one
	Logger   *slog.Logger // nil discards
	// MaxStatements bounds the statements that run at once; the next one waits.
	// 0 is 32.
	MaxStatements int
}

// Server is a running engine.
type Server struct {
	opts    Options
	engine  *engine
	keeper  *conn // holds the engine open between requests
	version string
	zone    string

	listener net.Listener
	http     *http.Server
	slots    chan struct{}
	temp     string
	served   chan struct{}
	once     sync.Once
	closeErr error
}

// Start opens the engine on o.DataDir and serves it. One process has at most
// one Server, because libchdb has one data folder for a process.
func Start(ctx context.Context, o Options) (*Server, error) {
	s := &Server{opts: o, served: make(chan struct{})}
	if err := s.start(ctx); err != nil {
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
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", s.opts.Addr); err != nil {
		return fmt.Errorf("serve clickhouse on %s: %w; choose another address, or port 0 for any free one", s.opts.Addr, err)
	}
	if err := s.openEngine(); err != nil {
		return err
	}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 30 * time.Second, ErrorLog: slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelDebug)}
	go func() {
		defer close(s.served)
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.opts.Logger.Error("clickhouse http server stopped", "error", err)
		}
	}()
	return nil
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
		if o.Library, err = Ensure(ctx, nil); err != nil {
			return err
		}
	}
	if o.DataDir == "" {
		if s.temp, err = os.MkdirTemp("", "funnelcloud-clickhouse-*"); err != nil {
			return fmt.Errorf("make a folder for clickhouse's data: %w", err)
		}
		o.DataDir = s.temp
	}
	o.DataDir, err = filepath.Abs(o.DataDir)
	return err
}

func (s *Server) openEngine() (err error) {
	if err := os.MkdirAll(s.opts.DataDir, 0o750); err != nil {
		return fmt.Errorf("make clickhouse's data folder: %w", err)
	}
	if s.keeper, err = s.open(); err != nil {
		return fmt.Errorf("open clickhouse on %s: %w", s.opts.DataDir, err)
	}
	if s.version, err = s.keeper.text("SELECT version()"); err != nil {
		return err
	}
	s.zone, err = s.keeper.text("SELECT timezone()")
	return err
}

// open makes a connection. The query profiler is off because its signals
// belong to Go's runtime in this process.
func (s *Server) open() (*conn, error) {
	return s.engine.open("--path="+s.opts.DataDir,
		"--query_profiler_real_time_period_ns=0", "--query_profiler_cpu_time_period_ns=0")
}

// Addr is the host:port that the server listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the address as a client takes it, without user and password.
func (s *Server) URL() string { return "http://" + s.Addr() }

// User is the name to log in with.
func (s *Server) User() string { return s.opts.User }

// Password is the one given in Options or the generated one.
func (s *Server) Password() string { return s.opts.Password }

// Close lets running statements end until ctx does, then cancels them, and
// closes the engine. It may be called more than once.
func (s *Server) Close(ctx context.Context) error {
	s.once.Do(func() {
		if err := s.http.Shutdown(ctx); err != nil {
			s.closeErr = errors.Join(err, s.http.Close())
		}
		<-s.served
		s.closeErr = errors.Join(s.closeErr, s.release())
	})
	return s.closeErr
}

func (s *Server) release() error {
	if s.keeper != nil {
		s.keeper.close()
	}
	if s.listener != nil {
		_ = s.listener.Close() // already closed by Shutdown
	}
	if s.temp != "" {
		return os.RemoveAll(s.temp)
	}
	return nil
}
