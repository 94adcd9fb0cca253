package qualify

import (
	"math"
	"slices"
)

// How likeness is fitted. Chosen by cross-validation on the tuning messages; docs/quality.md holds what came out.
const (
	epochs  = 30
	rate    = 0.1
	shrink  = 1e-3 // L2
	balance = 0.8  // how far rare classes are made up for: 0 not at all, 1 wholly
	// ofYours is how many times a message of the user counts: a few must be heard beside thousands.
	ofYours = 5
)

// example is one labelled message as the fit sees it.
type example struct {
	slots []uint32
	class int
	times float64 // it counts for so many
}

// fit holds weights before they are rounded, by slot and class.
type fit struct {
	classes []string
	weights []float64
	squares []float64 // of past gradients: AdaGrad's (Duchi et al. 2011)
	bias    []float64
}

// train fits multinomial logistic regression in an order that depends on nothing but the messages.
func train(builtin, yours []LabelledSaying) *likenessTable {
	f := &fit{}
	for _, m := range slices.Concat(builtin, yours) {
		if !slices.Contains(f.classes, m.Said) {
			f.classes = append(f.classes, m.Said)
		}
	}
	slices.Sort(f.classes)
	k := len(f.classes)
	f.weights, f.squares, f.bias = make([]float64, featureSlots*k), make([]float64, featureSlots*k), make([]float64, k)
	examples := f.examples(builtin, yours)
	probabilities := make([]float64, k)
	order := uint64(1)
	for range epochs * len(examples) {
		order = order*6364136223846793005 + 1442695040888963407 // Knuth's MMIX
		f.step(&examples[int(order>>33)%len(examples)], probabilities)
	}
	return f.rounded()
}

// examples counts a message of a rare class for more, so that eighty job seekers aren't lost among a thousand buyers.
func (f *fit) examples(builtin, yours []LabelledSaying) []example {
	examples := make([]example, 0, len(builtin)+len(yours))
	sizes := make([]float64, len(f.classes))
	for i, m := range slices.Concat(builtin, yours) {
		e := example{appendFeatures(nil, ownLines(plain(m.Text).folded)), slices.Index(f.classes, m.Said), 1}
		if i >= len(builtin) {
			e.times = ofYours
		}
		sizes[e.class]++
		examples = append(examples, e)
	}
	even := float64(len(examples)) / float64(len(f.classes))
	for i := range examples {
		examples[i].times *= math.Pow(even/sizes[examples[i].class], balance)
	}
	return examples
}

const biasRate = 0.05

// step goes a little way down the gradient of one example.
func (f *fit) step(e *example, p []float64) {
	k := len(f.classes)
	clear(p)
	for _, s := range e.slots {
		for c := range k {
			p[c] += f.weights[int(s)*k+c]
		}
	}
	share := shareOf(len(e.slots))
	for c := range k {
		p[c] = p[c]*share + f.bias[c]
	}
	softmax(p)
	p[e.class]--
	for c := range k {
		f.bias[c] -= biasRate * e.times * p[c]
		along := e.times * p[c] * share
		for _, s := range e.slots {
			i := int(s)*k + c
			g := along + shrink*f.weights[i]
			f.squares[i] += g * g
			f.weights[i] -= rate * g / (math.Sqrt(f.squares[i]) + 1e-6)
		}
	}
}

// rounded fits the weights into bytes: a byte's rounding is far below what a message's hundreds of features add up to.
func (f *fit) rounded() *likenessTable {
	largest := 0.0
	for _, w := range f.weights {
		largest = max(largest, math.Abs(w))
	}
	t := &likenessTable{classes: f.classes, bias: f.bias, unit: largest / math.MaxInt8, weights: make([]byte, len(f.weights))}
	for i, w := range f.weights {
		t.weights[i] = byte(int8(math.Round(w / max(t.unit, math.SmallestNonzeroFloat64))))
	}
	return t
}

// shareOf keeps long messages from being surer than short ones only for their length.
func shareOf(features int) float64 { return 1 / math.Sqrt(float64(max(1, features))) }

// softmax turns scores into probabilities, in place.
func softmax(scores []float64) {
	best, sum := slices.Max(scores), 0.0
	for i, s := range scores {
		scores[i] = math.Exp(s - best)
		sum += scores[i]
	}
	for i := range scores {
		scores[i] /= sum
	}
}
