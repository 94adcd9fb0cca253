package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/dashboards/live"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// usualPagePort is where the report's pages are, so that their addresses stay the same from one start to the next.
const usualPagePort = 8321

// pageFlags say where the report's pages are served, and how they write times.
type pageFlags struct {
	port int
	zone string
	set  func() bool // whether the port was asked for by name
}

func (p *pageFlags) register(flags *pflag.FlagSet) {
	flags.IntVar(&p.port, "page-port", usualPagePort, "loopback port of the report's pages; 0: any free one, as where the usual one is taken; -1: no pages")
	p.set = func() bool { return flags.Changed("page-port") }
	registerZone(flags, &p.zone)
}

func registerZone(flags *pflag.FlagSet, zone *string) {
	flags.StringVar(zone, "time-zone", "UTC", "zone in which the report's days begin and its times are written, such as Europe/Berlin")
}

// timeZone reads a zone's name, which ClickHouse must know, too: "Local" is none.
func timeZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err == nil && zone == time.Local {
		err = errors.New("it means something else on each machine")
	}
	if err != nil {
		return nil, usageError{fmt.Errorf("--time-zone %q: not known; name one such as Europe/Berlin: %w", name, err)}
	}
	return zone, nil
}

// listen opens the port. Where the usual one is taken and nobody asked for it, any free one will do.
func (p *pageFlags) listen(ctx context.Context) (net.Listener, error) {
	var open net.ListenConfig
	listener, err := open.Listen(ctx, "tcp", loopback(p.port))
	if errors.Is(err, syscall.EADDRINUSE) && !p.set() {
		listener, err = open.Listen(ctx, "tcp", loopback(0))
	}
	if err != nil {
		return nil, fmt.Errorf("serve the report's pages at %s: %w", loopback(p.port), err)
	}
	return listener, nil
}

// pages are the report's pages, being served.
type pages struct {
	address string // empty: there are none
	ended   chan error
	stop    context.CancelFunc
}

// start serves a database's pages until close is called; none where the port is negative.
func (p *pageFlags) start(ctx context.Context, db *warehouse.DB, company string, log *slog.Logger) (*pages, error) {
	zone, err := timeZone(p.zone)
	if err != nil {
		return nil, err
	}
	if p.port < 0 {
		return &pages{}, nil
	}
	handler, err := live.Handler(live.Options{
		Query: report.QueryOf(db), Company: company, ClickHouse: db.Config().Addr, Version: version(), Zone: zone, Log: log})
	if err != nil {
		return nil, err
	}
	listener, err := p.listen(ctx)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	s := &pages{address: "http://" + listener.Addr().String() + "/", ended: make(chan error, 1), stop: stop}
	go func() { s.ended <- live.Serve(ctx, listener, handler) }()
	return s, nil
}

// close stops serving. It must be called once.
func (s *pages) close() error {
	if s.address == "" {
		return nil
	}
	s.stop()
	return <-s.ended
}
