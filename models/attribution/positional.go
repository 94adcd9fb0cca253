package attribution

import (
	"errors"
	"fmt"
	"math"
)

// TwoTouches says what a positional model does with the middle's credit in a journey of two touches.
type TwoTouches string

// The two conventions in use.
const (
	Split       TwoTouches = "split"       // half of it to each (Amplitude, DP6, Google)
	Renormalise TwoTouches = "renormalise" // in proportion to first and last (Adobe, Mixpanel)
)

// Positional gives fixed parts to the first and the last touch and spreads the rest over those between: position-based in
// Google Analytics; U, J and inverse J are Adobe Analytics' names. A journey of
// one touch gives it all. The parts are somebody's opinion: it can't tell whether they are right.
type Positional struct {
	name                string
	first, middle, last float64
	two                 TwoTouches
}

// NewPositional makes a model of parts that are at least 0 and sum to 1; two is Split when empty.
func NewPositional(name string, first, middle, last float64, two TwoTouches) (*Positional, error) {
	if two == "" {
		two = Split
	}
	switch {
	case name == "":
		return nil, errors.New("positional model: needs a name")
	case !(first >= 0 && middle >= 0 && last >= 0) || math.Abs(first+middle+last-1) > 1e-9:
		return nil, fmt.Errorf("positional model %s: parts %g, %g, %g must be at least 0 and sum to 1", name, first, middle, last)
	case two != Split && two != Renormalise:
		return nil, fmt.Errorf("positional model %s: two touches %q: must be %s or %s", name, two, Split, Renormalise)
	case two == Renormalise && first+last == 0:
		return nil, fmt.Errorf("positional model %s: %s needs a part for the first or the last touch", name, two)
	}
	return &Positional{name, first, middle, last, two}, nil
}

// UShaped is 40/20/40, "position-based" in most tools.
func UShaped() Model { return &Positional{"u_shaped", .4, .2, .4, Split} }

// JShaped is 20/20/60.
func JShaped() Model { return &Positional{"j_shaped", .2, .2, .6, Split} }

// InverseJ is 60/20/20.
func InverseJ() Model { return &Positional{"inverse_j", .6, .2, .2, Split} }

// Name is the name of the model.
func (m *Positional) Name() string { return m.name }

// Version holds the parts and the convention for two touches.
func (m *Positional) Version() string {
	return fmt.Sprintf("1 %g/%g/%g two=%s", m.first, m.middle, m.last, m.two)
}

// Credit weighs each path by position.
func (m *Positional) Credit(s *Sample) (Credit, error) {
	return creditPaths(s, func(_ int, _ []int32, w []float64) string { return m.weigh(w) }), nil
}

func (m *Positional) weigh(w []float64) string {
	n := len(w)
	switch {
	case n == 1:
		w[0] = 1
		return "one touch"
	case n == 2 && m.two == Renormalise:
		w[0], w[1] = m.first/(m.first+m.last), m.last/(m.first+m.last)
		return "two touches, renormalised"
	case n == 2:
		w[0], w[1] = m.first+m.middle/2, m.last+m.middle/2
		return "two touches, split"
	}
	w[0], w[n-1] = m.first, m.last
	for i := 1; i < n-1; i++ {
		w[i] = m.middle / float64(n-2)
	}
	return "first, middle, last"
}
