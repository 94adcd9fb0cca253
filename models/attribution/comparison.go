package attribution

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// ModelShares are the shares that one model gives channels, by name; they sum to 1. Low and High are the ends of their
// 95 % intervals, where known.
type ModelShares struct {
	Model             string
	Shares, Low, High map[string]float64
}

// Comparison is how far models are apart on a channel.
type Comparison struct {
	Channel      string  `json:"channel"`
	Models       int     `json:"models"` // that are compared
	Lowest       float64 `json:"lowest"`
	LowestBy     string  `json:"lowest_by"`
	Highest      float64 `json:"highest"`
	HighestBy    string  `json:"highest_by"`
	Low          float64 `json:"low,omitempty"`  // lowest end of the models' 95 % intervals; 0 with High 0: none is known
	High         float64 `json:"high,omitempty"` // highest end
	Disagreement float64 `json:"disagreement"`   // index: highest less lowest share
	// ByChance reports that the 95 % intervals of the two models at the ends overlap: chance may be all there is to it.
	ByChance bool       `json:"by_chance"`
	Kinds    []KindSpan `json:"by_kind"`
	Reading  string     `json:"reading"` // in plain words

	lowestHigh, highestLow float64 // the inner ends of the intervals of the models at the ends; NaN: not known
}

// KindSpan is how far the models of a kind are apart on a channel: whether the dispute is about first and last touch, about
// what the journeys say, or about who would have come anyway.
type KindSpan struct {
	Kind    string  `json:"kind"`
	Models  int     `json:"models"`
	Lowest  float64 `json:"lowest"`
	Highest float64 `json:"highest"`
}

// Kinds of models, by what they know.
const (
	KindRule   = "rules"                             // what somebody decided beforehand
	KindFitted = "models fitted to all journeys"     // and what those say
	KindAnyway = "those that know what comes anyway" // and what would have come without any touch
)

var kinds = []string{KindRule, KindFitted, KindAnyway}

// kind of a model: only those of KindAnyway have a baseline.
func (m *ModelShares) kind() string {
	if _, known := m.Shares[Baseline]; known {
		return KindAnyway
	}
	if named, err := Named(m.Model); err == nil && DependsOnOthers(named[0]) {
		return KindFitted
	}
	return KindRule
}

// Compare says of each channel how far the models are apart, the channel with the highest share first. Shares are of the
// credit that channels get: a model's baseline is left out, or else it would look as if that model disagreed with all
// others about every channel; one that leaves almost nothing beside its baseline is left out itself. A model that doesn't
// name a channel gives it 0. Of equals the first model is named.
func Compare(models []ModelShares) []Comparison {
	byChannel := map[string]*Comparison{}
	var names []string
	for _, m := range models {
		for name := range m.Shares {
			if byChannel[name] == nil && name != Baseline {
				byChannel[name] = newComparison(name)
				names = append(names, name)
			}
		}
	}
	for _, m := range models {
		credited := 0.0
		for name, share := range m.Shares {
			if name != Baseline {
				credited += share
			}
		}
		if credited < hardlyCredited {
			continue // all baseline: it says nothing of channels
		}
		kind := m.kind()
		for name, c := range byChannel {
			c.add(&m, kind, credited)
			if high, known := m.High[name]; known {
				c.Low, c.High = min(c.Low, m.Low[name]/credited), max(c.High, min(1, high/credited))
			}
		}
	}
	all := make([]Comparison, 0, len(names))
	slices.Sort(names)
	for _, name := range names {
		if c := byChannel[name]; c.HighestBy != "" {
			c.Disagreement = c.Highest - c.Lowest
			if c.High > 0 {
				c.Low, c.High = min(c.Low, c.Lowest), max(c.High, c.Highest)
			} else {
				c.Low = 0
			}
			c.ByChance = c.lowestHigh >= c.highestLow
			c.Kinds = slices.DeleteFunc(c.Kinds, func(k KindSpan) bool { return k.Models == 0 })
			c.Reading = c.read()
			all = append(all, *c)
		}
	}
	slices.SortStableFunc(all, func(a, b Comparison) int {
		switch {
		case a.Highest > b.Highest:
			return -1
		case a.Highest < b.Highest:
			return 1
		}
		return 0
	})
	return all
}

func newComparison(channel string) *Comparison {
	c := &Comparison{Channel: channel, Lowest: math.Inf(1), Highest: math.Inf(-1), Low: math.Inf(1), lowestHigh: math.NaN(), highestLow: math.NaN()}
	for _, kind := range kinds {
		c.Kinds = append(c.Kinds, KindSpan{Kind: kind, Lowest: math.Inf(1), Highest: math.Inf(-1)})
	}
	return c
}

// add counts in a model that credits channels with a part of all conversions.
func (c *Comparison) add(m *ModelShares, kind string, credited float64) {
	share, low, high := m.Shares[c.Channel]/credited, math.NaN(), math.NaN()
	if _, known := m.High[c.Channel]; known {
		low, high = m.Low[c.Channel]/credited, m.High[c.Channel]/credited
	}
	c.Models++
	if share < c.Lowest {
		c.Lowest, c.LowestBy, c.lowestHigh = share, m.Model, high
	}
	if share > c.Highest {
		c.Highest, c.HighestBy, c.highestLow = share, m.Model, low
	}
	k := &c.Kinds[slices.Index(kinds, kind)]
	k.Models++
	k.Lowest, k.Highest = min(k.Lowest, share), max(k.Highest, share)
}

// Dissenter is the model without which the models would dispute the fewest channels, if that spares at least a third of the
// disputes, and how many there are with it and without it. Of equals it is the first. It need not be wrong: perhaps it alone
// asks another question.
func Dissenter(models []ModelShares) (model string, disputed, without int) {
	count := func(models []ModelShares) (n int) {
		for _, c := range Compare(models) {
			if c.Disputed() {
				n++
			}
		}
		return n
	}
	disputed = count(models)
	without = disputed
	for i := range models {
		if n := count(slices.Concat(models[:i], models[i+1:])); n < without && 3*n <= 2*disputed {
			model, without = models[i].Model, n
		}
	}
	return model, disputed, without
}

// Beyond muchApart and timesApart the models disagree by more than a decision about the channel can bear: a twentieth of
// all credit, and half as much again by one model as by another. Within little or timesAlike they agree.
const (
	muchApart   = .05
	timesApart  = 1.5
	little      = .02
	timesAlike  = 1.25
	hardlyThere = .02

	hardlyCredited = .05
)

// Disputed reports whether the models are too far apart to decide on the channel by any of them, by more than chance.
func (c *Comparison) Disputed() bool { return c.farApart() && !c.ByChance }

func (c *Comparison) farApart() bool {
	return c.Disagreement >= muchApart && c.Highest >= timesApart*c.Lowest
}

// Agreed reports whether it makes no odds which of the models one believes. That is no proof: they read the same journeys.
func (c *Comparison) Agreed() bool {
	return c.Models > 1 && (c.Disagreement <= little || c.Highest <= timesAlike*c.Lowest)
}

// Span is the lowest and the highest share in words, "12–31 %".
func (c *Comparison) Span() string { return span(c.Lowest, c.Highest) }

func span(low, high float64) string {
	low, high = math.Round(100*low), math.Round(100*high)
	if low == high {
		return fmt.Sprintf("%.0f %%", high)
	}
	return fmt.Sprintf("%.0f–%.0f %%", low, high)
}

func (c *Comparison) read() string {
	credited := c.Span()
	switch {
	case c.Highest < hardlyThere:
		return fmt.Sprintf("%s gets next to nothing from any model (%s).", c.Channel, credited)
	case c.Disputed():
		return fmt.Sprintf("%s is credited %s depending on the model (least by %s, most by %s)%s: don't cut on this, test it.%s",
			c.Channel, credited, c.LowestBy, c.HighestBy, c.withChance(", "), c.byKind())
	case c.farApart():
		return fmt.Sprintf("%s is credited %s depending on the model%s, which overlap: chance may be all of it, more conversions will tell.",
			c.Channel, credited, c.withChance(", "))
	case c.Agreed():
		return fmt.Sprintf("%s is credited %s: the models agree%s.", c.Channel, credited, c.withChance("; "))
	}
	return fmt.Sprintf("%s is credited %s depending on the model%s: they differ, though not by much.", c.Channel, credited, c.withChance(", "))
}

// withChance tells how far the shares reach when chance is counted in, where that is known.
func (c *Comparison) withChance(comma string) string {
	if c.High == 0 {
		return ""
	}
	return comma + span(c.Low, c.High) + " with their 95 % intervals"
}

// byKind tells what each kind of models says, where there are several of them to tell apart.
func (c *Comparison) byKind() string {
	if len(c.Kinds) < 2 || c.Models < 4 {
		return ""
	}
	parts := make([]string, len(c.Kinds))
	for i, k := range c.Kinds {
		parts[i] = k.Kind + " " + span(k.Lowest, k.Highest)
		if i == 0 {
			parts[i] = strings.ToUpper(k.Kind[:1]) + k.Kind[1:] + " say " + span(k.Lowest, k.Highest)
		}
	}
	return " " + strings.Join(parts, ", ") + "."
}
