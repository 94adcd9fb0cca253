package attribution

import (
	"errors"
	"slices"
)

// ErrNeedsJourneys is returned by models that read more of a journey than its channels, for a sample made of paths.
var ErrNeedsJourneys = errors.New("the model needs journeys with times, and the sample has only counted paths")

// Model gives credit to the touches of converted journeys. Models are values without state: the same sample always
// gives the same credit.
type Model interface {
	Name() string    // as in attribution_ledger.model
	Version() string // changes whenever the same journeys could get other weights: revision and settings
	Credit(s *Sample) (Credit, error)
}

// Credit is what a model says of a sample.
type Credit struct {
	Channels    []string  // those of the sample
	Conversions []float64 // conversions credited to each channel: the sum of the weights of its touches
	Values      []float64 // value credited to each channel, in money, before rounding

	// Baseline is the conversions that would have happened anyway, by models that say how many; 0 by all others.
	Baseline float64

	// The rest is of data-driven models; nil or 0 for rules.

	// Own is the conversions that the model itself gives to each channel. It differs from Conversions by Residual,
	// which is more than rounding where no weights could add up to it: a channel that is alone in half of the
	// journeys gets half of the conversions at least, whatever the model says.
	Own            []float64
	RemovalEffects []float64 // share of conversions lost without the channel
	Residual       float64   // largest difference between Conversions and Own, in conversions
	// UnseenShare is the share of channel sets that the model asked for and no journey had.
	UnseenShare float64
	// StandardErrors are those of Own where it is estimated by sampling, in conversions; nil where it is exact.
	StandardErrors []float64

	hazard      *hazardParameters
	incremental *incrementalParameters
	logistic    *logistic
	modelValues []float64 // of each set of the sample, laid out as the sets' ids
	game        *setGame
	rates       *solvedRates
	shapes      *shapes
	grams       *gramChain
	solvedChain func() (*solvedChain, error)
	cells       cells
	perJourney  bool    // cells are converted journeys in canonical order; else paths
	cell        []int32 // of each journey of the sample, or of each path in a sample of paths; -1: no credit
}

// Weights are those of the touches of journey j of the sample (of path j in a sample of paths), in order. With the
// weight of the baseline they sum to 1; nil when the journey gets no credit: it did not convert, or it has no touches. Not to be written to.
func (c *Credit) Weights(j int) []float64 {
	if c.cell[j] < 0 {
		return nil
	}
	return c.cells.weightsAt(int(c.cell[j]))
}

// Rule names the rule of the model that gave journey j its weights; empty when it got none.
func (c *Credit) Rule(j int) string {
	if c.cell[j] < 0 {
		return ""
	}
	return c.cells.names[c.cells.rules[c.cell[j]]]
}

// BaselineWeight is the part of journey j that no touch earned; 0 for models without a baseline.
func (c *Credit) BaselineWeight(j int) float64 {
	if c.cell[j] < 0 || c.cells.baseline == nil {
		return 0
	}
	return c.cells.baseline[c.cell[j]]
}

// HasBaseline reports whether the model tells what would have happened anyway.
func (c *Credit) HasBaseline() bool { return c.cells.baseline != nil }

// WithoutWeights is the credit of channels alone: enough for a bootstrap and for effects, where there are many paths, and the
// weights have been written.
func (c *Credit) WithoutWeights() Credit {
	rest := *c
	rest.cells, rest.cell = cells{}, nil
	if c.HasBaseline() {
		rest.cells.baseline = []float64{}
	}
	return rest
}

// Shares are the parts of the credited conversions, the baseline among them but not listed; all 0 when nothing
// converted.
func (c *Credit) Shares() []float64 {
	return shares(append(slices.Clone(c.Conversions), c.Baseline))[:len(c.Conversions)]
}

func shares(xs []float64) []float64 {
	out := make([]float64, len(xs))
	if sum := total(xs); sum > 0 {
		for i, x := range xs {
			out[i] = x / sum
		}
	}
	return out
}

// cells are weights laid end to end: one cell for a path, or for a journey where the path is not all that counts.
type cells struct {
	start   []int
	weights []float64
	rules   []uint8 // index into names, of each cell
	names   []string

	baseline []float64 // what the weights of each cell leave to the baseline; nil when the model has none
}

func newCells(count, weights int) cells {
	return cells{
		start: append(make([]int, 0, count+1), 0), weights: make([]float64, 0, weights), rules: make([]uint8, 0, count),
	}
}

func (c *cells) weightsAt(i int) []float64 { return c.weights[c.start[i]:c.start[i+1]] }

// grow adds a cell of n weights, all 0, and returns them to be filled.
func (c *cells) grow(n int) []float64 {
	from := len(c.weights)
	c.weights = slices.Grow(c.weights, n)[:from+n]
	c.start = append(c.start, from+n)
	return c.weights[from:]
}

// rule records the rule of the cell added last.
func (c *cells) rule(name string) {
	i := slices.Index(c.names, name)
	if i < 0 {
		i = len(c.names)
		c.names = append(c.names, name)
	}
	c.rules = append(c.rules, uint8(i))
}

// creditPaths asks weigh for the weights of each converted path. weigh fills w, as long as the path and zeroed, and
// returns the rule it used.
func creditPaths(s *Sample, weigh func(path int, channels []int32, w []float64) string) Credit {
	c := Credit{Channels: s.channels, cells: newCells(s.paths.len(), len(s.paths.ids))}
	for p := range s.paths.len() {
		if s.conv[p] == 0 {
			c.cells.grow(0)
			c.cells.rule("")
			continue
		}
		channels := s.paths.at(p)
		c.cells.rule(weigh(p, channels, c.cells.grow(len(channels))))
	}
	c.cell = s.creditedPaths()
	c.Conversions = s.sumByChannel(&c.cells, s.conv)
	c.Values = s.sumByChannel(&c.cells, s.value)
	for i := range c.Values {
		c.Values[i] /= valueUnit
	}
	return c
}

// creditedPaths is the path of each converted journey, or of each path of a sample of paths that converted.
func (s *Sample) creditedPaths() []int32 {
	if s.journeys == nil {
		cell := make([]int32, s.paths.len())
		for p := range cell {
			if cell[p] = int32(p); s.conv[p] == 0 {
				cell[p] = -1
			}
		}
		return cell
	}
	cell := make([]int32, len(s.pathOf))
	for j, p := range s.pathOf {
		if cell[j] = p; s.journeys[j].Outcome != Converted {
			cell[j] = -1
		}
	}
	return cell
}

// sumByChannel is Σ counts × weights by channel, over cells that are paths.
func (s *Sample) sumByChannel(c *cells, counts []float64) []float64 {
	sums := make([]float64, len(s.channels))
	for p, count := range counts {
		if count == 0 {
			continue
		}
		weights := c.weightsAt(p)
		for i, id := range s.paths.at(p) {
			if i < len(weights) {
				sums[id] += count * weights[i]
			}
		}
	}
	return sums
}
