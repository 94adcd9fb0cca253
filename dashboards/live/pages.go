package live

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// front is the first page: headline figures, what brings conversions, findings.
func (s *site) front(ctx context.Context, v *view) (err error) {
	v.Options.Only = []string{report.FrontPage}
	if v.Page, err = report.Build(ctx, s.Query, v.Options); err != nil {
		return err
	}
	v.Heading = v.Title()
	for i := range v.Findings {
		see := v.Findings[i].See
		if section := report.SectionOf(see); section != "" {
			v.Findings[i].Link = v.Choice.address("/"+section) + "#" + see
		}
	}
	for i := range v.Front.Credit {
		v.Front.Credit[i].Link = v.credited("channel", v.Front.Credit[i].Text)
	}
	return nil
}

// section is a page with the figures of one section.
func (s *site) section(section report.Heading) func(ctx context.Context, v *view) error {
	return func(ctx context.Context, v *view) (err error) {
		v.Options.Only, v.Options.Further = []string{section.ID}, v.Fields[further] != ""
		if v.Page, err = report.Build(ctx, s.Query, v.Options); err != nil {
			return err
		}
		v.Heading = section.Title
		for _, part := range v.Sections {
			v.About = part.Lead
		}
		v.linkFigures()
		return nil
	}
}

// linkFigures lets the cells of the sections' tables lead on.
func (v *view) linkFigures() {
	for _, part := range v.Sections {
		for _, f := range slices.Concat(part.Figures, part.Further) {
			f.Link = v.link
		}
	}
}

// credited lists the conversions behind one figure of credit.
func (s *site) credited(ctx context.Context, v *view) error {
	by, value := v.Fields["by"], v.Fields["value"]
	if err := s.choices(ctx, v); err != nil {
		return err
	}
	v.Heading = fmt.Sprintf("What %s is credited for", named(value))
	f, err := report.Credited(ctx, s.Query, v.Options, by, value)
	if err != nil {
		return err
	}
	total := 0.
	for i := range f.Rows() {
		total += f.Number(i, "Credit")
	}
	f.Title = fmt.Sprintf("%d conversions, with %.2f of credit by %s", f.Rows(), total, v.Model)
	f.About = "Each conversion with the part of it that the model credits to this. The parts add up to the figure you came from. An id opens the conversion."
	f.Link = v.link
	v.Tables = []report.Figure{f}
	return nil
}

func named(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}

// choices fill the pickers of a page that shows no section.
func (s *site) choices(ctx context.Context, v *view) (err error) {
	v.Options.Only = []string{}
	v.Page, err = report.Build(ctx, s.Query, v.Options)
	return err
}

// conversion shows what a conversion is made of: its touches, and what each model gives them.
func (s *site) conversion(ctx context.Context, v *view) error {
	id := v.Fields["id"]
	if err := s.choices(ctx, v); err != nil {
		return err
	}
	head, err := s.detail(ctx, v, report.Detail{File: "panels/live/conversion.sql", Params: map[string]any{"id": id}})
	if err != nil {
		return err
	}
	if head.Rows() == 0 && head.Fault == "" {
		return fmt.Errorf("%w: the published run has no conversion %q", errNotFound, id)
	}
	v.Heading, v.About = "Conversion "+id, "How its credit is made, from the ledger; a touch opens the event that it began with."
	kind := head.Text(0, "unit_kind")
	v.Facts = facts(head, func(name, value string) string {
		switch name {
		case "Id":
			return v.Choice.address("/"+kind, "id", value)
		case "Event":
			return v.event(value)
		}
		return ""
	}, "unit_kind")
	ledger, err := report.Panel(ctx, s.Query, v.Options, "funnelcloud-attribution", 12, map[string]string{"conversion": id, "models": v.Model})
	if err != nil {
		return err
	}
	ledger.Title, ledger.About, ledger.Link = "Its touches, with their credit by "+v.Model, "One row for each touch: its weight, the value it carries and the rule that gave them. The weights add up to 1.", v.link
	ledger.Without("Conversion", "Model")
	ledger.WithoutEmpty()
	weights, err := s.detail(ctx, v, report.Detail{
		ID: "weights", Title: "What every model gives each touch", Empty: "No model gives credit for it", File: "panels/live/weights.sql", Params: map[string]any{"id": id},
		About: "Share of this conversion by model (lines) and touch (columns). Where the columns differ, the model decides.", Matrix: &dashboards.Matrix{Row: "model", Column: "touch", Value: "weight"},
	})
	v.Tables = []report.Figure{ledger, weights}
	return err
}

// event shows an event as it was stored, and what its person did around it.
func (s *site) event(ctx context.Context, v *view) error {
	id := v.Fields["id"]
	if err := s.choices(ctx, v); err != nil {
		return err
	}
	params := map[string]any{"id": id}
	stored, err := s.detail(ctx, v, report.Detail{File: "panels/live/event.sql", Params: params})
	if err != nil {
		return err
	}
	if stored.Rows() == 0 && stored.Fault == "" {
		return fmt.Errorf("%w: no event is called %q; it may have been forgotten, or be a moment that time alone made", errNotFound, id)
	}
	v.Heading, v.About = "Event "+id, "As it was stored, with its place in Kafka; then what the same person did around it."
	v.Facts = facts(stored, nil, "version")
	around, err := s.detail(ctx, v, report.Detail{
		ID: "around", Title: "What the person did, from an hour before to a day after", Empty: "The published run knows nobody with this event", File: "panels/live/around.sql", Params: params,
	})
	v.Tables = []report.Figure{around}
	return err
}

// most is how many lines of a story or of conversations a page shows.
const most = 1000

// unit shows who a person or account is, of an account its figures, then its story, and all that was said.
func (s *site) unit(kind string) func(ctx context.Context, v *view) error {
	return func(ctx context.Context, v *view) error {
		id := v.Fields["id"]
		if err := s.whole(ctx, v, kind, id); err != nil {
			return err
		}
		params := map[string]any{"unit_kind": kind, "unit_id": id, "top": most}
		head, err := s.detail(ctx, v, report.Detail{File: "screens/unit_head.sql", Params: params, Names: map[string]string{
			"name": "Name", "account": "Account", "junk": "Junk because", "known": "Known by", "first_seen": "First seen", "last_seen": "Last seen", "stages": "Now in", "score": "Lead score",
			"origin": "Origin", "origin_reason": "Origin because", "origin_event": "Origin proven by",
		}})
		if err != nil {
			return err
		}
		if head.Rows() == 0 && head.Fault == "" {
			return fmt.Errorf("%w: the published run knows no %s %q", errNotFound, kind, id)
		}
		v.Heading, v.About = strings.ToUpper(kind[:1])+kind[1:]+" "+id, "The whole story, each line with the event that proves it."
		v.Facts = facts(head, func(name, value string) string {
			switch {
			case name == "Account" && kind == "person":
				return v.Choice.address("/account", "id", value)
			case name == "Origin proven by":
				return v.event(value)
			}
			return ""
		})
		return s.story(ctx, v, params)
	}
}

// whole fills the pickers and, of an account, asks for its figures.
func (s *site) whole(ctx context.Context, v *view, kind, id string) (err error) {
	if kind != "account" {
		return s.choices(ctx, v)
	}
	v.Options.Only, v.Options.Account = []string{report.AccountPage}, id
	if v.Page, err = report.Build(ctx, s.Query, v.Options); err != nil {
		return err
	}
	v.linkFigures()
	return nil
}

func (s *site) story(ctx context.Context, v *view, params map[string]any) error {
	for _, d := range []report.Detail{
		{ID: "conversions", Title: "Conversions", Empty: "None", File: "panels/live/unit_conversions.sql", Params: params},
		{ID: "story", Title: "What happened, in order", Empty: "Nothing is known", File: "screens/unit_story.sql", Params: params,
			Names: map[string]string{"at": "When", "what": "What", "detail": "Why", "evidence": "Proven by event", "events": "Events", "conversion_id": "Conversion", "who": "Who"}},
	} {
		f, err := s.detail(ctx, v, d)
		if err != nil {
			return err
		}
		f.WithoutEmpty()
		v.Tables = append(v.Tables, f)
	}
	said, err := s.detail(ctx, v, report.Detail{ID: "conversations", Title: "Everything said in their conversations", Empty: "No conversation", File: "screens/conversations.sql", Params: params})
	v.Talk = []report.Figure{said}
	return err
}

// detail runs a statement in the reader's zone, with links.
func (s *site) detail(ctx context.Context, v *view, d report.Detail) (report.Figure, error) {
	d.Zone = v.Options.Zone
	f, err := d.Figure(ctx, s.Query)
	f.Link = v.link
	return f, err
}

// facts are the values of a figure's rows, with links, less some columns.
func facts(f report.Figure, link func(name, value string) string, without ...string) []report.Fact {
	f.Link = link
	var all []report.Fact
	for row := range f.Rows() {
		for _, fact := range f.Facts(row) {
			if !slices.Contains(without, fact.Name) {
				all = append(all, fact)
			}
		}
	}
	return all
}

// find leads to the person, account or conversion that the reader asked for, or lists them where there are several.
func (s *site) find(w http.ResponseWriter, r *http.Request) {
	question := strings.TrimSpace(r.URL.Query().Get("q"))
	s.page(func(ctx context.Context, v *view) error {
		if isConversion(question) {
			v.Found = []report.Fact{{Name: "conversion", Value: question, Link: v.Choice.address("/conversion", "id", question)}}
			return nil
		}
		if err := s.choices(ctx, v); err != nil {
			return err
		}
		f, err := s.detail(ctx, v, report.Detail{File: "screens/find_unit.sql", Params: map[string]any{"who": question}})
		if err != nil {
			return err
		}
		v.Heading = "Looking for " + named(question)
		for i := range f.Rows() {
			kind, id := f.Text(i, "unit_kind"), f.Text(i, "unit_id")
			v.Found = append(v.Found, report.Fact{Name: kind, Value: id, Link: v.Choice.address("/"+kind, "id", id)})
		}
		if len(v.Found) == 0 {
			return fmt.Errorf("%w: nobody is called %q in the published run; give an e-mail address, a user, device, person or account id, or a conversion id", errNotFound, question)
		}
		return nil
	})(w, r)
}

// isConversion tells a conversion's id, unit_kind:type:unit:cycle, from the other ids.
func isConversion(id string) bool {
	return (strings.HasPrefix(id, "person:") || strings.HasPrefix(id, "account:")) && strings.Count(id, ":") >= 3
}
