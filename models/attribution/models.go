package attribution

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Models are the models of the ledger, in the order of the documentation. The weights of each sum to 1 in every
// conversion, the baseline's part with them where a model knows one, so their figures can be added up and compared.
// Named knows some more.
func Models() []Model {
	return []Model{
		First(), Last(), LastNonDirect(), Linear(), LinearUnique(), UShaped(), JShaped(), InverseJ(),
		TimeDecay{7 * 24 * time.Hour}, WShaped(), FullPath(),
		Markov{}, ShapleySet(), ShapleyRate{Shrinkage: 10}, ShapleyInside{}, ShapleyModel{}, LeaveOneOut{}, Incremental{},
	}
}

// others are the models that Models leaves out: those whose figures can't be added up, and those that cost more than a
// batch should spend unasked.
func others() []Model { return []Model{Participation(), Markov{Order: 2}, Markov{Order: 3}, Hazard{}} }

// Names are those of all models, in the order of the documentation.
func Names() []string {
	var names []string
	for _, m := range append(Models(), others()...) {
		names = append(names, m.Name())
	}
	return names
}

// Named are models by their names, in the order of the documentation; with no names, those of Models. An unknown name
// is an error that lists the known ones.
func Named(names ...string) ([]Model, error) {
	all, known := append(Models(), others()...), Names()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("attribution model %q: not one of %s", name, strings.Join(known, ", "))
		}
	}
	if len(names) == 0 {
		return Models(), nil
	}
	return slices.DeleteFunc(all, func(m Model) bool { return !slices.Contains(names, m.Name()) }), nil
}

// DependsOnOthers reports whether the weights of a journey depend on the other journeys of the sample. Those of a rule
// don't: they may be computed a few units at a time.
func DependsOnOthers(m Model) bool {
	_, paths := m.(refitter)
	_, journeys := m.(journeyRefitter)
	return paths || journeys
}
