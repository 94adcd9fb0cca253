package attribution

import (
	"fmt"
	"math"
	"time"
)

// TimeDecay gives a touch half the weight of one that came a half-life later: w ∝ 2^(−age/h). It can't tell whether
// late touches mattered more or only stood closer; long sales cycles suffer most.
type TimeDecay struct{ halfLife time.Duration }

// Name is time_decay.
func (m TimeDecay) Name() string { return "time_decay" }

// Version holds the half-life.
func (m TimeDecay) Version() string { return fmt.Sprintf("1 half_life=%s", m.halfLife) }

// Credit needs the times of touches: ErrNeedsJourneys for a sample of paths.
func (m TimeDecay) Credit(s *Sample) (Credit, error) {
	return creditJourneys(s, func(j *Journey, w []float64) string {
		// Measured from the last touch instead of the conversion: the quotients are the same, and the largest weight
		// is 1 whatever the ages, so that the sum can't underflow.
		last := j.Touches[len(j.Touches)-1].At
		sum := 0.0
		for i := range w {
			w[i] = math.Exp2(-float64(last.Sub(j.Touches[i].At)) / float64(m.halfLife))
			sum += w[i]
		}
		for i := range w {
			w[i] /= sum
		}
		return "half-life " + m.halfLife.String()
	})
}

// creditJourneys asks weigh for the weights of each converted journey. weigh fills w, as long as the touches and
// zeroed, and returns the rule it used.
func creditJourneys(s *Sample, weigh func(j *Journey, w []float64) string) (Credit, error) {
	if s.journeys == nil {
		return Credit{}, ErrNeedsJourneys
	}
	n := int(s.Conversions())
	c := Credit{Channels: s.channels, cells: newCells(n, 4*n), cell: make([]int32, len(s.journeys))}
	c.Conversions, c.Values = make([]float64, len(s.channels)), make([]float64, len(s.channels))
	c.perJourney = true
	for i := range c.cell {
		c.cell[i] = -1
	}
	for _, i := range s.canonical() {
		j := &s.journeys[i]
		w := c.cells.grow(len(j.Touches))
		c.cells.rule(weigh(j, w))
		c.cell[i] = int32(len(c.cells.rules) - 1)
		for k, id := range s.paths.at(int(s.pathOf[i])) {
			c.Conversions[id] += w[k]
			c.Values[id] += w[k] * float64(j.Conversion.Value) / valueUnit
		}
	}
	return c, nil
}
