package qualify

import (
	"fmt"
	"slices"
)

// Listed is a definition as lists and table definitions show it.
type Listed struct {
	Name       string   `ch:"definition" json:"name"`
	Version    uint32   `ch:"version" json:"version"`
	Hash       string   `ch:"definition_hash" json:"hash"`
	Kind       string   `ch:"kind" json:"kind"` // score, bant, pql, mql, cql, stages, requests, exclusions
	What       string   `ch:"what" json:"what"`
	WindowDays float64  `ch:"window_days" json:"window_days"` // longest look back; 0: none, or for ever
	Properties []string `ch:"properties" json:"properties,omitempty"`
	File       string   `ch:"file" json:"file"`
	Line       int      `ch:"-" json:"line"`
}

// List lists the definitions in the order score, BANT, qualifications, conversation, stages, requests, exclusions.
func (d *Definitions) List() []Listed { return slices.Clone(d.listed) }

func (a *assembly) list() {
	for _, h := range a.heads() {
		line, _ := h.place.position()
		l := Listed{
			Name: h.Name, Version: uint32(h.Version), Hash: a.byName[h.Name], Kind: h.kind, What: h.what, File: h.place.sheet.file, Line: line,
			Properties: []string{},
		}
		for _, f := range a.filtersOf(h) {
			l.Properties = append(l.Properties, f.reads.properties...)
		}
		l.WindowDays = a.windowOf(h)
		slices.Sort(l.Properties)
		l.Properties = slices.Compact(l.Properties)
		a.listed = append(a.listed, l)
	}
}

func (a *assembly) filtersOf(h head) []*filter {
	p := a.program
	switch h.kind {
	case "score":
		return p.engagement
	case "requests":
		return slices.Concat(p.requests, p.replies)
	case "exclusions":
		return p.exclusions
	case "stages":
		var all []*filter
		for _, rule := range p.stageRules {
			all = append(all, rule.filter)
		}
		for _, x := range p.parallels {
			all = append(all, x.opens, x.closes) // what their key reads is one of several
		}
		return append(all, p.origins...)
	case stagePQL, stageMQL:
		var all []*filter
		for _, q := range p.qualifications {
			if q.Name != h.Name {
				continue
			}
			for _, m := range q.measures {
				all = append(all, p.measures[m].filter)
			}
		}
		return all
	default:
		return nil
	}
}

// windowOf is the longest window of a qualification's signals, or of the score's decay.
func (a *assembly) windowOf(h head) float64 {
	longest := 0.0
	for _, q := range a.program.qualifications {
		if q.Name != h.Name {
			continue
		}
		for _, m := range q.measures {
			longest = max(longest, a.program.measures[m].WindowDays)
		}
	}
	return longest
}

// what says in a few words what a definition does.
func (s *ScoreDefinition) what() string {
	return fmt.Sprintf("MQL at %g points, until below %g; %d fit attributes, %d signals, decay %s",
		s.Enter, s.Leave, len(s.Fit), len(s.Engagement.Signals), s.Engagement.Decay)
}

func (b *BantDefinition) what() string {
	w := b.Weights
	return fmt.Sprintf("MQL or SQL at %g of 100: budget %g, authority %g, need %g, timeline %g; else nurture for %g days",
		b.Threshold, w.Budget, w.Authority, w.Need, w.Timeline, b.RevisitDays)
}

func (c *ConversationDefinition) what() string {
	return fmt.Sprintf("CQL by what a prospect says, from level %d; %d intents, %d reasons against", c.MinLevel, len(c.Intents), len(c.Negatives))
}

func (s *StageDefinition) what() string {
	return fmt.Sprintf("%d rules that move units from stage to stage; dormant after %g days", len(s.Rules), s.Dormant.AfterDays)
}

func (d *RequestDefinition) what() string {
	hours := "day and night"
	if d.Calendar != nil {
		hours = "in business hours"
	}
	return fmt.Sprintf("%d kinds of request, to be answered within %g minutes %s", len(d.Requests), d.WithinMinutes, hours)
}

func (d *ExclusionDefinition) what() string {
	return fmt.Sprintf("%d rules that leave events out of everything", len(d.Events))
}
