package live

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

//go:embed assets
var assets embed.FS

func parsePages() (*template.Template, error) {
	t, err := report.Templates()
	if err != nil {
		return nil, err
	}
	return t.ParseFS(assets, "assets/*.html")
}

// view is what a page shows.
type view struct {
	*report.Page // choices and figures; empty on a page about a fault

	Path, Heading, About string
	Version, Company     string
	Choice               choice
	Options              report.Options
	Fields               map[string]string // of the address, besides the choices: what the page is about
	Tables               []report.Figure   // of a page of detail
	Facts                []report.Fact
	Talk                 []report.Figure // a conversation each
	Fault, Help          string
	Away                 bool
	Found                []report.Fact
	Question             string
}

var errNotFound = errors.New("there is no such page")

// page answers with what show makes of a view.
func (s *site) page(show func(ctx context.Context, v *view) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		v := s.view(r)
		err := v.read(s)
		if err == nil {
			err = show(ctx, v)
		}
		s.answer(w, r, v, err)
	}
}

func (s *site) view(r *http.Request) *view {
	v := &view{
		Page: &report.Page{}, Path: r.URL.Path, Version: s.Version, Company: s.Company, Choice: chosen(r.URL.Query()),
		Fields: map[string]string{}, Question: r.URL.Query().Get("q"),
	}
	for _, name := range []string{"id", "by", "value", further} {
		if text := r.URL.Query().Get(name); text != "" {
			v.Fields[name] = text
		}
	}
	return v
}

// read makes options of the choice.
func (v *view) read(s *site) (err error) {
	if v.Options, err = v.Choice.options(s.Zone); err != nil {
		return fmt.Errorf("%w: %w", report.ErrChoice, err)
	}
	v.Options.Company, v.Options.Version, v.Options.Pickers = s.Company, s.Version, &s.pickers
	return nil
}

// answer writes the page, or one about what went wrong.
func (s *site) answer(w http.ResponseWriter, r *http.Request, v *view, err error) {
	status := http.StatusOK
	if err != nil {
		if r.Context().Err() != nil {
			return // nobody waits for it
		}
		status = s.explain(v, err)
		s.Log.Warn("a page could not be shown", "path", r.URL.Path, "error", err.Error())
	}
	var out bytes.Buffer
	if err := s.pages.ExecuteTemplate(&out, "live.html", v); err != nil {
		s.Log.Error("write page", "path", r.URL.Path, "error", err.Error())
		http.Error(w, "The page could not be written; the program's log says why.", http.StatusInternalServerError)
		return
	}
	if v.Away {
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // a reader who has gone is no fault
}

// explain puts a fault into words, with what to do about it.
func (s *site) explain(v *view, err error) (status int) {
	v.Page, v.Tables, v.Facts, v.Talk = &report.Page{}, nil, nil, nil
	reason, refused := warehouse.Refused(err)
	switch {
	case errors.Is(err, errNotFound):
		v.Heading, v.Fault, v.Help = "Nothing here", err.Error(), "Choose a page above, or look for a person, account or conversion."
		return http.StatusNotFound
	case errors.Is(err, report.ErrChoice):
		v.Heading, v.Fault, v.Help = "This choice makes no report", err.Error(), "Choose otherwise above."
		return http.StatusBadRequest
	case errors.Is(err, context.DeadlineExceeded):
		v.Heading, v.Fault, v.Help = "ClickHouse takes too long", fmt.Sprintf("No answer within %s.", patience), "Choose a shorter period, or try again when it has less to do."
		return http.StatusGatewayTimeout
	case refused:
		v.Heading, v.Fault, v.Help = "ClickHouse refuses", reason, "If a table is missing: 'funnelcloud migrate' makes it, and 'funnelcloud run' fills it."
		return http.StatusBadGateway
	}
	v.Away = true
	v.Heading, v.Fault = "ClickHouse is away", fmt.Sprintf("ClickHouse at %s doesn't answer: %v.", s.ClickHouse, err)
	v.Help = "Nothing is lost. This page asks again every few seconds and shows the figures as soon as there is an answer."
	return http.StatusServiceUnavailable
}

// state tells an open page which run is published, and whether ClickHouse answers.
func (s *site) state(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	run, err := report.Reachable(ctx, s.Query)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if err != nil {
		http.Error(w, "ClickHouse doesn't answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprint(w, run)
}

// asset serves a file of the report or of these pages.
func (s *site) asset(name string) http.HandlerFunc {
	text, err := report.Asset(name)
	if err != nil {
		text, err = assets.ReadFile(path.Join("assets", name))
	}
	kind := "text/css; charset=utf-8"
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8"
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		// The same address serves another version after an update of the program.
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(text)
	}
}
