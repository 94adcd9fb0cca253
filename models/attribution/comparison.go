package attribution

import (
	"fmt"
	"math"
	"slices"
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
	Reading      string  `json:"reading"`        // in plain words
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
				byChannel[name] = &Comparison{Channel: name, Lowest: math.Inf(1), Highest: math.Inf(-1), Low: math.Inf(1)}
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
		for name, c := range byChannel {
			c.add(m.Model, m.Shares[name]/credited)
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

func (c *Comparison) add(model string, share float64) {
	c.Models++
	if share < c.Lowest {
		c.Lowest, c.LowestBy = share, model
	}
	if share > c.Highest {
		c.Highest, c.HighestBy = share, model
	}
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

// Disputed reports whether the models are too far apart to decide on the channel by any of them.
func (c *Comparison) Disputed() bool {
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
		return fmt.Sprintf("%s is credited %s depending on the model (least by %s, most by %s)%s: don't cut on this, test it.",
			c.Channel, credited, c.LowestBy, c.HighestBy, c.withChance(", "))
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
