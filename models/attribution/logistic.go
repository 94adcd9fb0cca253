package attribution

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// logistic is a fitted logit of converting: intercept + Σ slopes of the channels that a journey holds.
type logistic struct {
	intercept float64
	slope     []float64
}

func (l *logistic) rate(logit float64) float64 { return 1 / (1 + math.Exp(-logit)) }

// ridge is the precision of the normal prior of each slope, which keeps slopes of channels that all or none of few
// journeys convert from running away. The intercept has none, so that fitted rates sum to the conversions.
const ridge = 1.

// Newton's steps stop when no coefficient moves by more than this; they need about six.
const (
	newtonTolerance = 1e-10
	newtonRounds    = 100
)

// fitLogistic fits to counts per set of channels, beginning at l. The penalised likelihood is concave and each step climbs
// it, so the steps end wherever they began.
func fitLogistic(s *Sample, conv, null []float64, l *logistic) error {
	height := l.likelihood(s, conv, null)
	for range newtonRounds {
		step, err := l.newtonStep(s, conv, null)
		if err != nil {
			return err
		}
		var moved bool
		height, moved = l.climb(s, conv, null, step, height)
		if !moved || mat.Norm(step, math.Inf(1)) <= newtonTolerance {
			return nil
		}
	}
	return fmt.Errorf("fit a logit of %d channels: no result after %d steps", len(s.channels), newtonRounds)
}

// newtonStep is the step to the top of the parabola that the penalised likelihood resembles here.
func (l *logistic) newtonStep(s *Sample, conv, null []float64) (*mat.VecDense, error) {
	n := len(s.channels) + 1
	hessian, gradient := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i, slope := range l.slope {
		hessian.SetSym(i+1, i+1, ridge)
		gradient.SetVec(i+1, -ridge*slope)
	}
	l.accumulate(s, conv, null, hessian, gradient)
	var factor mat.Cholesky
	if !factor.Factorize(hessian) {
		return nil, fmt.Errorf("fit a logit of %d channels: the channels can't be told apart", n-1)
	}
	var step mat.VecDense
	if err := factor.SolveVecTo(&step, gradient); err != nil {
		var condition mat.Condition
		if !errors.As(err, &condition) { // an inexact step climbs too
			return nil, fmt.Errorf("fit a logit of %d channels: %w", n-1, err)
		}
	}
	return &step, nil
}

// moved are the coefficients some way along a step.
func (l *logistic) moved(step *mat.VecDense, scale float64) *logistic {
	next := &logistic{l.intercept + scale*step.AtVec(0), slices.Clone(l.slope)}
	for i := range next.slope {
		next.slope[i] += scale * step.AtVec(i+1)
	}
	return next
}

// climb goes along a step, or the longest half, quarter, … of it that doesn't lead down, and returns the height reached. It
// stays where it is at the top, as far as numbers can tell.
func (l *logistic) climb(s *Sample, conv, null []float64, step *mat.VecDense, height float64) (float64, bool) {
	// Rounding makes heights differ in their last digits near the top.
	slack := 1e-13 * math.Abs(height)
	for scale := 1.0; scale > 1e-12; scale /= 2 {
		next := l.moved(step, scale)
		if reached := next.likelihood(s, conv, null); reached >= height-slack {
			*l = *next
			return reached, true
		}
	}
	return height, false
}

// likelihood is the logarithm of the penalised one.
func (l *logistic) likelihood(s *Sample, conv, null []float64) float64 {
	sum := 0.0
	for _, slope := range l.slope {
		sum -= ridge * slope * slope / 2
	}
	for set := range conv {
		if conv[set]+null[set] == 0 {
			continue
		}
		logit := l.logit(s.sets.at(set))
		// log p = −log(1+e^−x) and log(1−p) = −log(1+e^x), whatever the size of x.
		soft := math.Log1p(math.Exp(-math.Abs(logit)))
		sum -= conv[set]*(math.Max(0, -logit)+soft) + null[set]*(math.Max(0, logit)+soft)
	}
	return sum
}

// accumulate adds the sets to the derivatives of the log-likelihood.
func (l *logistic) accumulate(s *Sample, conv, null []float64, hessian *mat.SymDense, gradient *mat.VecDense) {
	for set := range conv {
		journeys := conv[set] + null[set]
		if journeys == 0 {
			continue
		}
		ids := s.sets.at(set)
		rate := l.rate(l.logit(ids))
		surprise := conv[set] - journeys*rate
		weight := math.Max(journeys*rate*(1-rate), 1e-12)
		gradient.SetVec(0, gradient.AtVec(0)+surprise)
		hessian.SetSym(0, 0, hessian.At(0, 0)+weight)
		for k, id := range ids {
			i := int(id) + 1
			gradient.SetVec(i, gradient.AtVec(i)+surprise)
			hessian.SetSym(0, i, hessian.At(0, i)+weight)
			for _, other := range ids[k:] {
				j := int(other) + 1
				hessian.SetSym(i, j, hessian.At(i, j)+weight)
			}
		}
	}
}

func (l *logistic) logit(ids []int32) float64 {
	sum := l.intercept
	for _, id := range ids {
		sum += l.slope[id]
	}
	return sum
}
