package attribution

import (
	"math"
	"slices"
)

// additive is a hazard that is a sum of terms, λ = Σ θ·x, where x is 1 or r·e^(−r·age) with a rate r that some terms share.
// Expectation maximisation finds the parameters θ ≥ 0 and the rates, as in Zhang, Wei and Ren, "Multi-touch attribution in
// online advertising with survival theory" (2014). A round costs as much as there are events, not people: what did not
// happen enters by counts of ages.
type additive struct {
	kernel []int8       // of each parameter: the index of its rate, or steady
	series [][2]int32   // of each parameter that is not steady: the counts that it was exposed to; −1: none
	bounds [][2]float64 // of each rate

	// Events, each with its terms from start to start.
	start []int32
	param []int32
	age   []float64
}

// steady terms don't change with age: x is 1, and the exposure is time.
const steady = -1

// additiveFit is the parameters and the rates, and what part of a parameter's terms counts.
type additiveFit struct {
	theta, rate, scale []float64
	given              bool // the rates are, and stay as they are
}

// exposure is what everybody met: touches by series and age, and days by steady parameter.
type exposure struct {
	counts [][ageBins]float64
	days   []float64
}

// Ages are counted in bins that differ by ten per cent, from seconds to about a year.
const (
	binsPerE = 10
	ageBins  = 150
	youngest = 1e-4 // days
)

func ageBin(age float64) int {
	return min(int(binsPerE*math.Log(math.Max(age, youngest)/youngest)), ageBins-1)
}

// middles are the ages that stand for those of each bin.
var middles = func() (ages [ageBins]float64) {
	for i := range ages {
		ages[i] = youngest * math.Exp((float64(i)+.5)/binsPerE)
	}
	return ages
}()

// addParameters appends n parameters of a kernel and returns the first. Those of a steady one have no series.
func (a *additive) addParameters(n int, kernel int8, first, second int32) int32 {
	from := int32(len(a.kernel))
	for i := range int32(n) {
		of := [2]int32{-1, -1}
		for k, series := range [2]int32{first, second} {
			if series >= 0 {
				of[k] = series + i
			}
		}
		a.kernel, a.series = append(a.kernel, kernel), append(a.series, of)
	}
	return from
}

func (a *additive) term(param int32, age float64) {
	a.param, a.age = append(a.param, param), append(a.age, age)
}

// endEvent closes the event whose terms were added last.
func (a *additive) endEvent() { a.start = append(a.start, int32(len(a.param))) }

// x is what a term of a parameter is worth at an age.
func (a *additive) x(f *additiveFit, param int32, age float64) float64 {
	k := a.kernel[param]
	if k == steady {
		return 1
	}
	return f.scale[param] * f.rate[k] * decayed(f.rate[k]*age)
}

// Rounds end when the log-likelihood grows by less than a tolerance, or at the most. A tolerance of .002 is some hundredths of
// the standard error of a parameter: enough for a resample.
const (
	additiveTolerance = 1e-5
	resampleTolerance = 2e-3
	additiveRounds    = 2000
)

// fit improves f until the likelihood stands still. Every third round begins where the two before point to: the squared
// extrapolation of Varadhan and Roland, "Simple and globally convergent methods for accelerating the convergence of any EM
// algorithm" (2008). It is undone where it lowers the likelihood.
func (a *additive) fit(f *additiveFit, events []float64, e exposure, tolerance float64) {
	met := a.met(e)
	for range additiveRounds / 3 {
		begun := f.clone()
		first := a.round(f, events, met, e.days)
		once := f.clone()
		second := a.round(f, events, met, e.days)
		if second-first < tolerance {
			return
		}
		further := a.extrapolate(begun, once, f)
		if a.round(further, events, met, e.days) >= second {
			*f = *further
		}
	}
}

func (f *additiveFit) clone() *additiveFit {
	return &additiveFit{slices.Clone(f.theta), slices.Clone(f.rate), f.scale, f.given}
}

// extrapolate is where three parameters in a row point to.
func (a *additive) extrapolate(begun, once, twice *additiveFit) *additiveFit {
	far := twice.clone()
	pointTo(begun.theta, once.theta, twice.theta, far.theta)
	pointTo(begun.rate, once.rate, twice.rate, far.rate)
	for k, bounds := range a.bounds {
		far.rate[k] = math.Min(math.Max(far.rate[k], bounds[0]), bounds[1])
	}
	return far
}

// pointTo extrapolates three points in a row, none of them below 0: to a tenth of the last at least.
func pointTo(x, y, z, to []float64) {
	var r, v float64
	for i := range x {
		r += (y[i] - x[i]) * (y[i] - x[i])
		v += (z[i] - 2*y[i] + x[i]) * (z[i] - 2*y[i] + x[i])
	}
	if v == 0 {
		return
	}
	length := math.Max(1, math.Sqrt(r/v))
	for i := range x {
		next := x[i] + 2*length*(y[i]-x[i]) + length*length*(z[i]-2*y[i]+x[i])
		to[i] = math.Max(next, z[i]/10)
	}
}

// met is the counts of ages that each parameter was exposed to.
func (a *additive) met(e exposure) [][ageBins]float64 {
	met := make([][ageBins]float64, len(a.kernel))
	for p, series := range a.series {
		for _, of := range series {
			for b := range met[p] {
				if of >= 0 {
					met[p][b] += e.counts[of][b]
				}
			}
		}
	}
	return met
}

// round is one step of expectation maximisation. It returns the log-likelihood before the step.
func (a *additive) round(f *additiveFit, events []float64, met [][ageBins]float64, days []float64) float64 {
	explained, ages, likelihood := a.explain(f, events)
	decay := make([][ageBins]float64, len(f.rate))
	for k, rate := range f.rate {
		for b, age := range middles {
			decay[k][b] = decayed(rate * age)
		}
	}
	byRate, reached := make([]float64, len(f.rate)), make([]float64, len(f.theta))
	for p, k := range a.kernel {
		aging := 0.0
		if k == steady {
			reached[p] = days[p]
		} else {
			for b, n := range met[p] {
				if n != 0 {
					reached[p] += n * (1 - decay[k][b])
					aging += n * middles[b] * decay[k][b]
				}
			}
		}
		likelihood -= f.theta[p] * reached[p]
		if f.theta[p] = 0; reached[p] > 0 {
			f.theta[p] = explained[p] / reached[p]
		}
		if k != steady {
			byRate[k] += explained[p]
			ages[k] += f.theta[p] * aging
		}
	}
	for k := range f.rate {
		if ages[k] > 0 && !f.given {
			f.rate[k] = math.Min(math.Max(byRate[k]/ages[k], a.bounds[k][0]), a.bounds[k][1])
		}
	}
	return likelihood
}

// explain shares out events among parameters: how many each explains, and the sum of the ages by rate.
func (a *additive) explain(f *additiveFit, events []float64) (explained, ages []float64, likelihood float64) {
	explained, ages = make([]float64, len(f.theta)), make([]float64, len(f.rate))
	factor := make([]float64, len(f.theta)) // of each parameter's terms
	for p, k := range a.kernel {
		if factor[p] = f.theta[p]; k != steady {
			factor[p] *= f.scale[p] * f.rate[k]
		}
	}
	var parts []float64
	sum := newLogs()
	for i, n := range events {
		if n == 0 {
			continue
		}
		params, aged := a.param[a.start[i]:a.start[i+1]], a.age[a.start[i]:a.start[i+1]]
		parts = slices.Grow(parts[:0], len(params))[:len(params)]
		hazard := 0.0
		for t, p := range params {
			part := factor[p]
			if k := a.kernel[p]; k != steady && part != 0 {
				part *= decayed(f.rate[k] * aged[t])
			}
			parts[t] = part
			hazard += part
		}
		if hazard <= 0 {
			continue
		}
		sum.add(n, hazard)
		for t, p := range params {
			part := n * parts[t] / hazard
			explained[p] += part
			if k := a.kernel[p]; k != steady {
				ages[k] += part * aged[t]
			}
		}
	}
	return explained, ages, sum.total()
}
