package live

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // a machine may have none, and an address may name any zone

	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// choice is what the reader chose, as the address has it. Empty is the usual.
type choice struct {
	From, To, Zone, Unit, Model, Conversion, Currency, Dimension, Segment string
}

// fields are the names of the choices in an address, in the order in which they stand there.
func (c *choice) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{
		{"from", &c.From}, {"to", &c.To}, {"zone", &c.Zone}, {"unit", &c.Unit}, {"conversion", &c.Conversion},
		{"currency", &c.Currency}, {"model", &c.Model}, {"dimension", &c.Dimension}, {"segment", &c.Segment},
	}
}

func chosen(values url.Values) choice {
	var c choice
	for _, f := range c.fields() {
		*f.value = strings.TrimSpace(values.Get(f.name))
	}
	return c
}

// address is a path with the choices and more fields, name and value in turn.
func (c choice) address(path string, more ...string) string {
	var parts []string
	for i := 0; i+1 < len(more); i += 2 {
		parts = append(parts, more[i]+"="+url.QueryEscape(more[i+1]))
	}
	for _, f := range c.fields() {
		if *f.value != "" {
			parts = append(parts, f.name+"="+url.QueryEscape(*f.value))
		}
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}

// options read the choice. Days begin and end in the zone, so one on which clocks change has 23 or 25 hours.
func (c choice) options(usual *time.Location) (report.Options, error) {
	o := report.Options{Zone: usual, UnitKind: c.Unit, ConversionType: c.Conversion, Currency: c.Currency, Model: c.Model, Dimension: c.Dimension, Lenient: true}
	var faults []error
	if c.Zone != "" {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil || zone == time.Local {
			faults = append(faults, fmt.Errorf("%q is no time zone: name one such as Europe/Berlin", c.Zone))
		} else {
			o.Zone = zone
		}
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if c.Unit != "" && c.Unit != "person" && c.Unit != "account" {
		faults = append(faults, fmt.Errorf("units are person or account, not %q", c.Unit))
	}
	var err error
	if o.From, err = dayOf(c.From, o.Zone); err != nil {
		faults = append(faults, err)
	}
	if o.To, err = dayOf(c.To, o.Zone); err != nil {
		faults = append(faults, err)
	}
	if !o.To.IsZero() {
		y, m, d := o.To.Date()
		o.To = time.Date(y, m, d+1, 0, 0, 0, 0, o.Zone).Add(-time.Second)
	}
	if o.Segment, err = report.ParseSegment(c.Segment); err != nil {
		faults = append(faults, err)
	}
	return o, errors.Join(faults...)
}

// dayOf is the first instant of a day in a zone; the zero time for none. Where midnight is skipped, it is the hour after.
func dayOf(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no day: write it like 2026-03-31", text)
	}
	if t.Year() < 1971 || t.Year() > 2200 {
		return time.Time{}, fmt.Errorf("%s is out of the range of years that events can have", text)
	}
	return t, nil
}
