package attribution

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// Transform is what leave-one-out does to a path first: long and rare paths become shorter and comparable.
type Transform string

// The transforms of google/fractribution, by their names there.
const (
	Unique    Transform = "unique"    // none: every touch is a step
	Exposure  Transform = "exposure"  // touches of the same channel in a row are one step
	FirstOf   Transform = "first"     // only the first touch of each channel is a step
	Frequency Transform = "frequency" // one step a channel, in order of first touch, that tells channels by their count
)

// LeaveOneOut credits a step of a path with max(0, P(path) − P(path without the step)), where P is the conversion rate
// of journeys with exactly that path; a path that no journey took has rate 0. The credit of a path is scaled to 1; if
// no step has any, the last gets all. It is the rule of google/fractribution; transform is Exposure when empty.
//
// Rates of rare paths are noise, and a path without a step is often one that nobody took: the model then credits the
// step with all that the path converts. It can't tell a cause from a companion.
type LeaveOneOut struct{ Transform Transform }

// Name is loo.
func (m LeaveOneOut) Name() string { return "loo" }

// Version holds the transform.
func (m LeaveOneOut) Version() string { return "1 transform=" + string(m.transform()) }

func (m LeaveOneOut) transform() Transform { return cmp.Or(m.Transform, Exposure) }

// Credit weighs each path by its steps.
func (m LeaveOneOut) Credit(s *Sample) (Credit, error) {
	steps, err := m.prepare(s)
	if err != nil {
		return Credit{}, err
	}
	credit := steps.fit(s.conv, s.null)
	c := creditPaths(s, func(p int, _ []int32, w []float64) string {
		rule := "leave one out"
		shape := int(steps.shapeOf[p])
		if credit.fallback[shape] {
			rule = "leave one out: none lost, last step"
		}
		from, until := steps.shapes.start[shape], steps.shapes.start[shape+1]
		steps.spread(p, credit.weight[from:until], w)
		return rule
	})
	c.shapes = steps
	return c, nil
}

func (m LeaveOneOut) refit(s *Sample, c Credit) func(conv, null []float64) ([]float64, error) {
	steps := *c.shapes
	steps.converted = nil // memory of its own
	return func(conv, null []float64) ([]float64, error) {
		return steps.totals(steps.fit(conv, null), len(s.channels)), nil
	}
}

// shapes are the distinct paths after the transform.
type shapes struct {
	s       *Sample
	shapes  paths   // steps of each shape
	shapeOf []int32 // of each path
	without []int32 // shape without each step, or -1 when there is none; laid out as shapes.ids
	channel []int32 // of each kind of step; nil when steps are channels
	stepOf  []int32 // step that each touch belongs to, laid out as s.paths.ids

	converted, all []float64 // memory of fit, per shape
	credit         shapeCredit
}

func (m LeaveOneOut) prepare(s *Sample) (*shapes, error) {
	out := &shapes{s: s, shapes: paths{start: []int{0}}, shapeOf: make([]int32, s.paths.len()), stepOf: make([]int32, len(s.paths.ids))}
	kinds := map[[2]int32]int32{} // channel and count, for Frequency
	known := map[string]int32{}
	var steps []int32
	var key []byte
	for p := range out.shapeOf {
		stepOf := out.stepOf[s.paths.start[p]:s.paths.start[p+1]]
		switch path := s.paths.at(p); m.transform() {
		case Unique:
			steps = append(steps[:0], path...)
			for i := range stepOf {
				stepOf[i] = int32(i)
			}
		case Exposure:
			steps = runs(path, steps[:0], stepOf)
		case FirstOf:
			steps = firsts(path, steps[:0], stepOf)
		case Frequency:
			steps = firsts(path, steps[:0], stepOf)
			out.byFrequency(steps, stepOf, kinds)
		default:
			return nil, fmt.Errorf("credit by loo: transform %q: must be %s, %s, %s or %s", m.Transform, Unique, Exposure, FirstOf, Frequency)
		}
		key = stepKey(steps, -1, key)
		shape, seen := known[string(key)]
		if !seen {
			shape = int32(out.shapes.len())
			known[string(key)] = shape
			out.shapes.add(steps)
		}
		out.shapeOf[p] = shape
	}
	out.without = make([]int32, len(out.shapes.ids))
	for shape := range out.shapes.len() {
		steps := out.shapes.at(shape)
		for i := range steps {
			// After Exposure the neighbours of the step may be the same channel. The peer doesn't join them: such a
			// path is one that nobody took.
			key = stepKey(steps, i, key)
			other, seen := known[string(key)]
			if !seen {
				other = -1
			}
			out.without[out.shapes.start[shape]+i] = other
		}
	}
	return out, nil
}

// stepKey is steps without the one at index left, as a map key.
func stepKey(steps []int32, left int, key []byte) []byte {
	key = key[:0]
	for i, step := range steps {
		if i != left {
			key = binary.LittleEndian.AppendUint32(key, uint32(step))
		}
	}
	return key
}

// runs makes one step of touches of the same channel in a row.
func runs(path, steps, stepOf []int32) []int32 {
	for i, id := range path {
		if i == 0 || id != path[i-1] {
			steps = append(steps, id)
		}
		stepOf[i] = int32(len(steps) - 1)
	}
	return steps
}

// firsts makes one step of all touches of a channel, in order of first touch.
func firsts(path, steps, stepOf []int32) []int32 {
	for i, id := range path {
		at := slices.Index(steps, id)
		if at < 0 {
			at = len(steps)
			steps = append(steps, id)
		}
		stepOf[i] = int32(at)
	}
	return steps
}

// byFrequency tells steps apart by how many touches they have.
func (f *shapes) byFrequency(steps, stepOf []int32, kinds map[[2]int32]int32) {
	count := make([]int32, len(steps))
	for _, step := range stepOf {
		count[step]++
	}
	for i, id := range steps {
		kind, known := kinds[[2]int32{id, count[i]}]
		if !known {
			kind = int32(len(kinds))
			kinds[[2]int32{id, count[i]}] = kind
			f.channel = append(f.channel, id)
		}
		steps[i] = kind
	}
}

// shapeCredit is the weight of each step of each shape, laid out as shapes.ids.
type shapeCredit struct {
	weight   []float64
	fallback []bool // of each shape: no step had any
}

// fit finds the credit of steps for counts per path. It is valid until the next call.
func (f *shapes) fit(conv, null []float64) shapeCredit {
	n := f.shapes.len()
	if f.converted == nil {
		f.converted, f.all = make([]float64, n), make([]float64, n)
		f.credit = shapeCredit{weight: make([]float64, len(f.shapes.ids)), fallback: make([]bool, n)}
	}
	converted, all, c := f.converted, f.all, f.credit
	clear(converted)
	clear(all)
	clear(c.weight)
	clear(c.fallback)
	for p, shape := range f.shapeOf {
		converted[shape] += conv[p]
		all[shape] += conv[p] + null[p]
	}
	rate := func(shape int32) float64 {
		if shape < 0 || all[shape] == 0 {
			return 0
		}
		return converted[shape] / all[shape]
	}
	for shape := range n {
		if converted[shape] == 0 {
			continue
		}
		from, until := f.shapes.start[shape], f.shapes.start[shape+1]
		sum := 0.0
		for i := from; i < until; i++ {
			c.weight[i] = math.Max(0, rate(int32(shape))-rate(f.without[i]))
			sum += c.weight[i]
		}
		if sum == 0 {
			c.weight[until-1], sum, c.fallback[shape] = 1, 1, true
		}
		for i := from; i < until; i++ {
			c.weight[i] /= sum
		}
	}
	return c
}

// spread gives the weight of each step to its touches, evenly.
func (f *shapes) spread(p int, steps, w []float64) {
	stepOf := f.stepOf[f.s.paths.start[p]:f.s.paths.start[p+1]]
	count := make([]float64, len(steps))
	for _, step := range stepOf {
		count[step]++
	}
	for i, step := range stepOf {
		w[i] = steps[step] / count[step]
	}
}

// totals is the conversions of each channel at the last fit.
func (f *shapes) totals(c shapeCredit, channels int) []float64 {
	sums := make([]float64, channels)
	for shape, count := range f.converted {
		if count == 0 {
			continue
		}
		for i := f.shapes.start[shape]; i < f.shapes.start[shape+1]; i++ {
			id := f.shapes.ids[i]
			if f.channel != nil {
				id = f.channel[id]
			}
			sums[id] += count * c.weight[i]
		}
	}
	return sums
}
