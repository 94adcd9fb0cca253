package live

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// link is where a cell of a table leads, by the name of its column.
func (v *view) link(column, value string) string {
	if value == "" {
		return ""
	}
	switch column {
	case "Conversion":
		if isConversion(value) {
			return v.Choice.address("/conversion", "id", value)
		}
	case "Id":
		return v.Choice.address("/"+v.unitKind(), "id", value)
	case "Person":
		return v.Choice.address("/person", "id", value)
	case "Channel":
		return v.credited("channel", value)
	case "Name":
		return v.credited(v.Dimension, value)
	case "Touch (event) id", "Event id", "Proven by event":
		return v.event(value)
	}
	return ""
}

// unitKind is what the page's column of ids holds: on the page of one account, its people.
func (v *view) unitKind() string {
	switch {
	case v.Path == "/accounts":
		return "account"
	case v.Path == "/account", v.Unit == "":
		return "person"
	}
	return v.Unit
}

func (v *view) event(id string) string { return v.Choice.address("/event", "id", id) }

func (v *view) credited(by, value string) string {
	return v.Choice.address("/credited", "by", by, "value", value)
}

// Nav leads to the other pages with the same choices.
func (v *view) Nav() []navigation {
	all := []navigation{{"Front page", v.Choice.address("/"), v.Path == "/"}}
	for _, s := range report.Sections() {
		all = append(all, navigation{s.Short, v.Choice.address("/" + s.ID), v.Path == "/"+s.ID})
	}
	return all
}

type navigation struct {
	Title, Link string
	Here        bool
}

// Periods are those that readers ask for most, before the end of the data.
func (v *view) Periods() []navigation {
	if v.Until.IsZero() {
		return nil
	}
	until := v.Until.In(v.Zone)
	quarter := int(until.Month()-1) / 3
	all := []navigation{{Title: "All"}}
	for _, p := range []struct {
		title    string
		from, to string
	}{
		{"30 days", until.AddDate(0, 0, -29).Format(time.DateOnly), until.Format(time.DateOnly)},
		{"90 days", until.AddDate(0, 0, -89).Format(time.DateOnly), until.Format(time.DateOnly)},
		{"This quarter", quarterStart(until.Year(), quarter).Format(time.DateOnly), until.Format(time.DateOnly)},
		{"Last quarter", quarterStart(until.Year(), quarter-1).Format(time.DateOnly), quarterStart(until.Year(), quarter).AddDate(0, 0, -1).Format(time.DateOnly)},
		{"12 months", until.AddDate(-1, 0, 1).Format(time.DateOnly), until.Format(time.DateOnly)},
	} {
		all = append(all, navigation{Title: p.title, Link: p.from + ".." + p.to})
	}
	for i := range all {
		c := v.Choice
		c.From, c.To, _ = strings.Cut(all[i].Link, "..")
		all[i].Here = c.From == v.Choice.From && c.To == v.Choice.To
		all[i].Link = c.address(v.Path, v.fields()...)
	}
	return all
}

// further is the field of an address that asks for a section's further figures.
const further = "further"

// FurtherLink leads to the same page with its further figures.
func (v *view) FurtherLink() string { return v.Choice.address(v.Path, further, "yes") }

func quarterStart(year, quarter int) time.Time {
	return time.Date(year, time.Month(3*quarter+1), 1, 0, 0, 0, 0, time.UTC)
}

// fields are what the page is about, name and value in turn.
func (v *view) fields() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(v.Fields)) {
		all = append(all, name, v.Fields[name])
	}
	return all
}
