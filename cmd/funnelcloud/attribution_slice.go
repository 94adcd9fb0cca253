package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// slice is a part of the ledger to report on.
type slice struct {
	*attributionOptions
	from, until      time.Time // half open; zero: unbounded
	attribute, value string    // of the segment; attribute is empty for everybody
	conversionType   string
	run              creditRun
	alias            map[string]string // of names that are shown as other(n)
}

// creditRun is the run whose credit is shown.
type creditRun struct {
	RunID    uint64   `ch:"run_id"`
	Credited string   `ch:"dimension"` // what it credits, and fits models to
	Kept     bool     `ch:"kept"`      // its rows, not only its figures by month
	Models   []string `ch:"models"`    // that it computed
}

func (o *attributionOptions) slice() (*slice, error) {
	s := slice{attributionOptions: o, conversionType: o.conversion}
	if o.unit != "person" && o.unit != "account" {
		return nil, fmt.Errorf("--unit %q: must be person or account", o.unit)
	}
	if o.dimension != "" {
		if err := models.ValidDimension(o.dimension); err != nil {
			return nil, fmt.Errorf("--%w", err)
		}
	}
	if slices.Contains(o.models, attribution.Participation().Name()) {
		return nil, fmt.Errorf("--model %s: its weights sum to more than 1, so it is not in the ledger; it can be had of a file, with --paths", attribution.Participation().Name())
	}
	var err error
	switch {
	case o.period != "" && o.from+o.to != "":
		return nil, errors.New("--period and --from, --to: give one or the other")
	case o.period != "":
		s.from, s.until, err = parsePeriod(o.period)
	default:
		s.from, s.until, err = parseDays(o.from, o.to)
	}
	if err != nil {
		return nil, err
	}
	if o.segment != "" {
		name, value, found := strings.Cut(o.segment, "=")
		if !found || name == "" {
			return nil, fmt.Errorf("--segment %q: write ATTRIBUTE=VALUE, such as country=DE", o.segment)
		}
		s.attribute, s.value = name, value
	}
	return &s, nil
}

// figuresOnly refuses what the figures don't say of a run whose rows are dropped.
func (s *slice) figuresOnly() error {
	first := func(t time.Time) bool { return t.IsZero() || t.Day() == 1 }
	switch {
	case s.segment+s.by != "" || s.dimension != s.run.Credited || s.chain.wanted():
		return usageError{fmt.Errorf("run %d is kept by its figures alone, which are by %s and of everybody: leave out --segment, --by, --dimension and what asks for a chain", s.asOf, s.run.Credited)}
	case !first(s.from) || !first(s.until):
		return usageError{fmt.Errorf("run %d is kept by its figures alone, which are of whole months: give --period 2026-03, or whole months by --from and --to", s.asOf)}
	}
	return nil
}

// parseDays reads the first and the last day of a period, each of which may be missing.
func parseDays(first, last string) (from, until time.Time, err error) {
	if first != "" {
		if from, err = time.Parse(time.DateOnly, first); err != nil {
			return from, until, fmt.Errorf("--from %q: write a day, such as 2026-01-15", first)
		}
	}
	if last != "" {
		if until, err = time.Parse(time.DateOnly, last); err != nil {
			return from, until, fmt.Errorf("--to %q: write a day, such as 2026-01-31", last)
		}
		until = until.AddDate(0, 0, 1)
	}
	if first != "" && last != "" && !from.Before(until) {
		return from, until, fmt.Errorf("--from %s is after --to %s", first, last)
	}
	return from, until, nil
}

var quarterForm = regexp.MustCompile(`^(\d{4})-?[Qq]([1-4])$`)

// parsePeriod reads a year, quarter, month or day.
func parsePeriod(text string) (from, until time.Time, err error) {
	if m := quarterForm.FindStringSubmatch(text); m != nil {
		year, _ := strconv.Atoi(m[1])
		quarter, _ := strconv.Atoi(m[2])
		from = time.Date(year, time.Month(3*quarter-2), 1, 0, 0, 0, 0, time.UTC)
		return from, from.AddDate(0, 3, 0), nil
	}
	for _, form := range []struct {
		layout              string
		years, months, days int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {time.DateOnly, 0, 0, 1}} {
		if from, err := time.Parse(form.layout, text); err == nil {
			return from, from.AddDate(form.years, form.months, form.days), nil
		}
	}
	return from, until, fmt.Errorf("--period %q: write a year, quarter, month or day, such as 2026, 2026-Q1, 2026-03 or 2026-03-31", text)
}

// fitted reports whether the run credits what the slice asks for: the models that are fitted to all journeys then tell
// the names apart, instead of sharing the credit of channels among them.
func (s *slice) fitted() bool { return s.dimension == s.run.Credited }

// whole reports whether the slice is the whole history, whose intervals the run has computed with the fit in them.
func (s *slice) whole() bool {
	return s.from.IsZero() && s.until.IsZero() && s.attribute+s.by == "" && s.top == 0 && s.fitted()
}

func (s *slice) params() warehouse.Params {
	until := s.until
	if until.IsZero() {
		until = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	names := s.models
	if names == nil {
		names = []string{}
	}
	return warehouse.Params{
		"run": s.run.RunID, "unit_kind": s.unit, "conversion_type": s.conversionType, "dimension": s.dimension, "credited": s.run.Credited,
		"from": warehouse.Timestamp(s.from), "until": warehouse.Timestamp(until), "models": names, "by": s.by,
		"attribute": s.attribute, "value": s.value, "buckets": uint32(attribution.Buckets),
	}
}
