// Package live serves the report as pages on this machine: the same panels and numbers, with pickers, and links that lead
// from a figure to the conversions, people, touches and events behind it.
//
// It promises: it answers this machine only and reads only; what a page shows depends on its address alone, so that an
// address can be shared; nothing that a reader or an event brings along becomes part of a statement or of the page's markup.
package live

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// Options say what to serve.
type Options struct {
	Query      report.Query
	Company    string         // shown in the title; may be empty
	ClickHouse string         // address, for the message when it doesn't answer
	Version    string         // of the program
	Zone       *time.Location // where an address names none; UTC when nil
	Log        *slog.Logger   // of requests that failed; nil: none
}

// Handler answers requests for pages. The caller must serve it on a loopback address: see Serve.
func Handler(o Options) (http.Handler, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}
	s := &site{Options: o, pages: pages}
	mux := http.NewServeMux()
	for _, name := range []string{"report.css", "report.js", "echarts.common.min.js", "live.css", "live.js"} {
		mux.HandleFunc("/assets/"+name, s.asset(name))
	}
	mux.HandleFunc("/state", s.state)
	mux.HandleFunc("/{$}", s.page(s.front))
	mux.HandleFunc("/credited", s.page(s.credited))
	mux.HandleFunc("/conversion", s.page(s.conversion))
	mux.HandleFunc("/event", s.page(s.event))
	mux.HandleFunc("/person", s.page(s.unit("person")))
	mux.HandleFunc("/account", s.page(s.unit("account")))
	mux.HandleFunc("/find", s.find)
	for _, section := range report.Sections() {
		mux.HandleFunc("/"+section.ID, s.page(s.section(section)))
	}
	mux.HandleFunc("/", s.page(func(context.Context, *view) error { return errNotFound }))
	return guarded(mux), nil
}

// site is what all pages share.
type site struct {
	Options
	pages   *template.Template
	pickers report.Pickers
}

// patience is how long a page may take.
const patience = time.Minute

// Serve answers on a listener until ctx ends, then lets requests finish for a moment. The listener must be on loopback.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() {
		return errors.Join(errors.New("serve pages: "+listener.Addr().String()+" is no loopback address: they are for this machine alone"), listener.Close())
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(ending); err != nil { // a page takes longer than the moment
		err = server.Close()
		<-served
		return err
	}
	<-served
	return nil
}
