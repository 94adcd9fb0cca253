package qualify

import (
	"fmt"
	"math"
)

// DecayDefinition says how points fade with their age (docs/definitions.md, "The lead score"). Kinds are
//
//	none           never
//	half_life      p·2^(−age/Days)
//	window         p until the age of Days, then 0
//	step_linear    p·max(0, 1 − Rate·k): every Days, the share Rate of the points is lost; k = ⌊age/Days⌋
//	step_compound  p·(1 − Rate)^k: every Days, the share Rate of what is left; below a thousandth of a point, all of it
type DecayDefinition struct {
	Kind string  `yaml:"kind"`
	Days float64 `yaml:"days"`
	Rate float64 `yaml:"rate"`
}

// Kinds of decay.
const (
	decayNone         = "none"
	decayHalfLife     = "half_life"
	decayWindow       = "window"
	decayStepLinear   = "step_linear"
	decayStepCompound = "step_compound"
)

func (d DecayDefinition) check(p place) {
	stepped := d.Kind == decayStepLinear || d.Kind == decayStepCompound
	switch d.Kind {
	case "", decayNone:
		if d.Days != 0 || d.Rate != 0 {
			p.faultf("decay without a kind; there are half_life, window, step_linear and step_compound")
		}
		return
	case decayHalfLife, decayWindow, decayStepLinear, decayStepCompound:
	default:
		p.key("kind").faultf("unknown decay %q; there are none, half_life, window, step_linear and step_compound", d.Kind)
		return
	}
	if !positive(d.Days) {
		p.key("days").faultf("decay %s: days must be above 0", d.Kind)
	}
	if stepped != (d.Rate > 0 && d.Rate <= 1) || !stepped && d.Rate != 0 {
		p.key("rate").faultf("decay %s: rate is the share lost at each step, above 0 up to 1, for step_linear and step_compound alone", d.Kind)
	}
}

func (d DecayDefinition) stepped() bool {
	return d.Kind == decayWindow || d.Kind == decayStepLinear || d.Kind == decayStepCompound
}

// halfLifeDays is 0 where nothing fades smoothly.
func (d DecayDefinition) halfLifeDays() float64 {
	if d.Kind == decayHalfLife {
		return d.Days
	}
	return 0
}

// left is what remains of points after a number of steps. Points are whole millionths, so that sums are exact.
func (d DecayDefinition) left(points int64, steps int) int64 {
	switch d.Kind {
	case decayWindow:
		if steps > 0 {
			return 0
		}
		return points
	case decayStepLinear:
		return int64(math.Round(float64(points) * max(0, 1-d.Rate*float64(steps))))
	default:
		rest := int64(math.Round(float64(points) * math.Pow(1-d.Rate, float64(steps))))
		if rest < micro/1000 {
			return 0
		}
		return rest
	}
}

func (d DecayDefinition) String() string {
	switch d.Kind {
	case "", decayNone:
		return decayNone
	case decayStepLinear, decayStepCompound:
		return fmt.Sprintf("%s %g every %g days", d.Kind, d.Rate, d.Days)
	default:
		return fmt.Sprintf("%s %g days", d.Kind, d.Days)
	}
}

// fading sums the points of all signals with one half life: Σ p·2^(−(at−t)/h) is a single number for all events.
type fading struct {
	halfLifeMS float64 // 0: no decay
	value      float64
	at         int64
}

func (f *fading) valueAt(t int64) float64 {
	if f.halfLifeMS == 0 || f.value == 0 {
		return f.value
	}
	return f.value * math.Exp2(-float64(t-f.at)/f.halfLifeMS)
}

func (f *fading) add(points float64, t int64) { f.value, f.at = f.valueAt(t)+points, t }

// stepping holds the points of all signals with one stepped decay. Points that took the same number of steps wait in one
// queue: they were earned in order, so the first of a queue is the next to take a step, and a step costs the same however
// many events there were.
type stepping struct {
	decay  DecayDefinition
	stepMS int64
	sum    int64 // millionths
	queues [][]stake
}

// stake are the points of one event, and what is left of them.
type stake struct {
	at      int64
	points  int64 // millionths, as earned
	left    int64
	eventID string
	signal  string
}

func (s *stepping) add(x stake) {
	if len(s.queues) == 0 {
		s.queues = append(s.queues, nil)
	}
	s.queues[0] = append(s.queues[0], x)
	s.sum += x.left
}

// next is when some points next take a step; never if none are left.
func (s *stepping) next() int64 {
	at := never
	for steps, queue := range s.queues {
		if len(queue) > 0 {
			at = min(at, queue[0].at+int64(steps+1)*s.stepMS)
		}
	}
	return at
}

// step takes the steps due at an instant and tells of each loss.
func (s *stepping) step(at int64, lost func(x stake, points int64)) {
	for steps := len(s.queues) - 1; steps >= 0; steps-- {
		for len(s.queues[steps]) > 0 && s.queues[steps][0].at+int64(steps+1)*s.stepMS <= at {
			x := s.queues[steps][0]
			s.queues[steps] = s.queues[steps][1:]
			rest := s.decay.left(x.points, steps+1)
			lost(x, x.left-rest)
			s.sum -= x.left - rest
			if x.left = rest; rest == 0 {
				continue
			}
			if steps+1 == len(s.queues) {
				s.queues = append(s.queues, nil)
			}
			s.queues[steps+1] = append(s.queues[steps+1], x)
		}
	}
}
