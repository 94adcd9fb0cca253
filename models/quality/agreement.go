package quality

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Judgement is one item that a person and a rule both put into a class.
type Judgement struct{ Said, Predicted string }

// Agreement holds rules against people.
type Agreement struct {
	N        int     `json:"messages"`
	Accuracy Rate    `json:"accuracy"`
	Kappa    float64 `json:"kappa"` // Cohen's κ (1960): agreement beyond what the classes' sizes alone would bring; 1 is perfect, 0 chance
	// KappaLow and KappaHigh bound κ with 95 % confidence; 0 where nobody asked for them.
	KappaLow  float64 `json:"kappa_low"`
	KappaHigh float64 `json:"kappa_high"`
	Classes   []Class `json:"classes"` // by name
}

// Class is one class of an agreement.
type Class struct {
	Name      string `json:"class"`
	Precision Rate   `json:"precision"` // of those predicted, said
	Recall    Rate   `json:"recall"`    // of those said, predicted
}

// Of returns a class, with rates of 0 of 0 where nobody said or predicted it.
func (a Agreement) Of(class string) Class {
	for _, c := range a.Classes {
		if c.Name == class {
			return c
		}
	}
	return Class{Name: class}
}

// Agree counts. κ is (p_o − p_e)/(1 − p_e); where only one class occurs at all, agreement says nothing and κ is 0.
func Agree(judgements []Judgement) Agreement {
	said, predicted, both := map[string]int{}, map[string]int{}, map[string]int{}
	hits := 0
	for _, j := range judgements {
		said[j.Said]++
		predicted[j.Predicted]++
		if j.Said == j.Predicted {
			hits++
			both[j.Said]++
		}
	}
	n := float64(len(judgements))
	a := Agreement{N: len(judgements), Accuracy: NewRate(hits, len(judgements))}
	names := maps.Clone(said)
	maps.Copy(names, predicted)
	chance := 0.0
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a.Classes = append(a.Classes, Class{name, NewRate(both[name], predicted[name]), NewRate(both[name], said[name])})
		chance += ratio(float64(said[name]), n) * ratio(float64(predicted[name]), n)
	}
	a.Kappa = ratio(a.Accuracy.Value-chance, 1-chance)
	return a
}

const (
	resamples    = 2000
	resampleSeed = 1
)

// AgreeWithin is Agree with κ's interval: the middle 95 % of what the judgements, drawn anew with replacement, come to
// (Efron's percentile bootstrap, 1979). The same judgements come to the same interval.
func AgreeWithin(judgements []Judgement) Agreement {
	a := Agree(judgements)
	if len(judgements) == 0 {
		return a
	}
	random := rand.New(rand.NewPCG(resampleSeed, resampleSeed))
	drawn, kappas := make([]Judgement, len(judgements)), make([]float64, resamples)
	for i := range kappas {
		for j := range drawn {
			drawn[j] = judgements[random.IntN(len(judgements))]
		}
		kappas[i] = Agree(drawn).Kappa
	}
	slices.Sort(kappas)
	a.KappaLow, a.KappaHigh = kappas[resamples/40], kappas[resamples-1-resamples/40]
	return a
}
