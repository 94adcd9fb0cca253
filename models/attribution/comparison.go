package attribution

import (
	"fmt"
	"math"
	"slices"
)

// ModelShares are the shares that one model gives channels, by name; they sum to 1.
type ModelShares struct {
	Model  string
	Shares map[string]float64
}

// Comparison is how far models are apart on a channel.
type Comparison struct {
	Channel      string  `json:"channel"`
	Lowest       float64 `json:"lowest"`
	LowestBy     string  `json:"lowest_by"`
	Highest      float64 `json:"highest"`
	HighestBy    string  `json:"highest_by"`
	Disagreement float64 `json:"disagreement"` // index: highest less lowest share
	Reading      string  `json:"reading"`      // in plain words
}

// Compare says of each channel how far the models are apart, the channel with the highest share first. Shares are of the
// credit that channels get: a model's baseline is left out, or else it would look as if that model disagreed with all
// others about every channel. A model that doesn't name a channel gives it 0. Of equals the first model is named.
func Compare(models []ModelShares) []Comparison {
	byChannel := map[string]*Comparison{}
	var names []string
	for _, m := range models {
		for name := range m.Shares {
			if byChannel[name] == nil && name != Baseline {
				byChannel[name] = &Comparison{Channel: name, Lowest: math.Inf(1), Highest: math.Inf(-1)}
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
		if credited <= 0 {
			continue // all baseline: it says nothing of channels
		}
		for name, c := range byChannel {
			c.add(m.Model, m.Shares[name]/credited)
		}
	}
	all := make([]Comparison, 0, len(names))
	slices.Sort(names)
	for _, name := range names {
		if c := byChannel[name]; c.HighestBy != "" {
			c.Disagreement = c.Highest - c.Lowest
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
	if share < c.Lowest {
		c.Lowest, c.LowestBy = share, model
	}
	if share > c.Highest {
		c.Highest, c.HighestBy = share, model
	}
}

// Beyond these the models disagree by more than a decision about the channel can bear: a twentieth of all credit, and
// half as much again by one model as by another.
const (
	muchApart   = .05
	timesApart  = 1.5
	hardlyThere = .02
)

// Disputed reports whether the models are too far apart to decide on the channel by any of them.
func (c *Comparison) Disputed() bool {
	return c.Disagreement >= muchApart && c.Highest >= timesApart*c.Lowest
}

// Span is the lowest and the highest share in words, "12–31 %".
func (c *Comparison) Span() string {
	low, high := math.Round(100*c.Lowest), math.Round(100*c.Highest)
	if low == high {
		return fmt.Sprintf("%.0f %%", high)
	}
	return fmt.Sprintf("%.0f–%.0f %%", low, high)
}

func (c *Comparison) read() string {
	span := c.Span()
	switch {
	case c.Highest < hardlyThere:
		return fmt.Sprintf("%s gets next to nothing from any model (%s).", c.Channel, span)
	case c.Disputed():
		return fmt.Sprintf("%s is credited %s depending on the model (least by %s, most by %s): don't cut on this, test it.",
			c.Channel, span, c.LowestBy, c.HighestBy)
	}
	return fmt.Sprintf("%s is credited %s: the models agree.", c.Channel, span)
}

// Standing is the rank of a channel by share, 1 the largest, and how sure it is.
type Standing struct {
	Rank int // of equals the first by name
	// Low and High hold the rank in 95 % of resamples; Same is the part of resamples that give it the same rank. With no
	// resamples Low is 1, High the number of channels and Same 0: nothing is known.
	Low, High int
	Same      float64
	// Like are the channels that it can't be told from: the interval of the difference holds 0. By index.
	Like []int
}

// Standings ranks channels by their shares, which are in the order of the intervals' channels.
func (i Intervals) Standings(shares []float64) []Standing {
	all := make([]Standing, len(shares))
	observed := ranks(shares)
	of := make([][]float64, len(shares)) // ranks in the resamples
	for _, resample := range i.shares {
		for id, rank := range ranks(resample) {
			of[id] = append(of[id], float64(rank))
		}
	}
	for id := range all {
		s := Standing{Rank: observed[id], Low: 1, High: len(shares)}
		if n := len(of[id]); n > 0 {
			for _, rank := range of[id] {
				if int(rank) == s.Rank {
					s.Same += 1 / float64(n)
				}
			}
			low, high := interval(of[id])
			s.Low, s.High = int(math.Floor(low)), int(math.Ceil(high))
		}
		for other := range shares {
			if other != id && !i.Distinguishable(id, other) {
				s.Like = append(s.Like, other)
			}
		}
		all[id] = s
	}
	return all
}

// ranks of numbers, 1 the largest; of equals the first.
func ranks(xs []float64) []int {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case xs[a] > xs[b]:
			return -1
		case xs[a] < xs[b]:
			return 1
		}
		return 0
	})
	out := make([]int, len(xs))
	for rank, i := range order {
		out[i] = rank + 1
	}
	return out
}
