package qualify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Expectation is what should become of the unit; what it leaves out is not looked at.
type Expectation struct {
	Stages    words `yaml:"stages"`    // in the order of entry; "pql 3d" also says when
	Qualified words `yaml:"qualified"` // definitions met, in order; "pql_depth 3d" also says when
	In        words `yaml:"in"`        // stages that the unit is in at the end
	Score     *int  `yaml:"score"`     // lead score at the end, rounded
	Grade     words `yaml:"grade"`     // grades, in order
	Requests  words `yaml:"requests"`  // "demo form answered", in order
	Excluded  *int  `yaml:"excluded"`  // events left out
	// Origin is where the unit came from.
	Origin string `yaml:"origin"`
}

// Difference is one thing that became of a sample's unit and should not have, or the other way round.
type Difference struct {
	What string `json:"what"` // stages, score, …
	Want string `json:"want"`
	Got  string `json:"got"`
}

// SampleResult is what became of a sample. No difference: it holds.
type SampleResult struct {
	Sample      Sample       `json:"-"`
	Outcome     Outcome      `json:"-"`
	Differences []Difference `json:"differences"`
}

// CheckSamples tries all samples that came with the definitions.
func (d *Definitions) CheckSamples() ([]SampleResult, error) {
	results := make([]SampleResult, 0, len(d.samples))
	for _, s := range d.samples {
		o, err := d.Evaluate(s.unit, s.events, s.until)
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", s.Name, err)
		}
		results = append(results, SampleResult{s, o, s.compare(o)})
	}
	return results, nil
}

func (s Sample) compare(o Outcome) []Difference {
	var differences []Difference
	look := func(what string, want, got []string) {
		if want != nil && !slices.Equal(want, got) {
			differences = append(differences, Difference{what, joined(want), joined(got)})
		}
	}
	look("stages", s.expect.Stages, s.told(s.expect.Stages, o.stageEntries()))
	look("qualified", s.expect.Qualified, s.told(s.expect.Qualified, o.qualifications()))
	if s.expect.In != nil {
		var in []string
		for _, entry := range o.Stages {
			if entry.LeftAt.IsZero() {
				in = append(in, entry.Stage)
			}
		}
		look("in", s.expect.In, in)
	}
	if s.expect.Origin != "" {
		var origin []string
		if len(o.Stages) > 0 {
			origin = []string{o.Stages[0].Origin}
		}
		look("origin", []string{s.expect.Origin}, origin)
	}
	if s.expect.Score != nil {
		look("score", []string{strconv.Itoa(*s.expect.Score)}, []string{fmt.Sprintf("%.0f", ScoreAt(o.Scores, s.until))})
	}
	if s.expect.Grade != nil {
		var grades []string
		for _, g := range o.Grades {
			grades = append(grades, g.Grade)
		}
		look("grade", s.expect.Grade, grades)
	}
	if s.expect.Requests != nil {
		var requests []string
		for _, r := range o.Requests {
			requests = append(requests, r.Request+" "+r.Status)
		}
		look("requests", s.expect.Requests, requests)
	}
	if s.expect.Excluded != nil {
		look("excluded", []string{strconv.Itoa(*s.expect.Excluded)}, []string{strconv.Itoa(o.excludedEvents())})
	}
	return differences
}

// entered is what was entered or met, and when.
type entered struct {
	what string
	at   time.Time
}

func (o Outcome) stageEntries() []entered {
	var all []entered
	for _, s := range o.Stages {
		all = append(all, entered{s.Stage, s.EnteredAt})
	}
	return all
}

func (o Outcome) qualifications() []entered {
	var all []entered
	for _, q := range o.Met {
		all = append(all, entered{q.Definition, q.MetAt})
	}
	return all
}

func (o Outcome) excludedEvents() int {
	events := 0
	for _, x := range o.Exclusions {
		events += int(x.Events)
	}
	return events
}

// told writes what was entered, with the time where the sample says one.
func (s Sample) told(want words, got []entered) []string {
	var out []string
	for i, x := range got {
		text := x.what
		if i < len(want) && strings.Contains(want[i], " ") {
			text += " " + writeOffset(x.at.Sub(s.start))
		}
		out = append(out, text)
	}
	return out
}

// ScoreAt is the score that a ledger's rows add up to at an instant; ScoreRow has the formula.
func ScoreAt(rows []ScoreRow, at time.Time) float64 {
	sum := 0.0
	for _, r := range rows {
		if !r.EventTS.After(at) {
			sum += (&fading{halfLifeMS: r.HalfLifeDays * float64(dayMS), value: r.Points, at: r.EventTS.UnixMilli()}).valueAt(at.UnixMilli())
		}
	}
	return sum
}
