package score

import (
	"fmt"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/models/simulate"
)

// World is a market with known truth.
type World struct {
	Name       string
	About      string   // one line: what is difficult about it
	Types      []string // of conversion
	Confounded bool     // intent decides who meets which channel, or clicks follow the decision

	observe func(seed uint64, people int) (observation, error)
	truth   func(seed uint64, people int) (map[string]Truth, error) // by type of conversion
}

// Truth is what the channels of a world caused of one type of conversion.
type Truth struct {
	Shares   map[string]float64 `json:"shares"`   // of each channel, Direct included with 0; sums to 1
	Baseline float64            `json:"baseline"` // share of the conversions that are left with every channel off
	Oracle   Mean               `json:"oracle"`   // mean absolute error of shares that the samples themselves lose: no model errs less
}

// company is a world of models/simulate.
func company(name, about string, change func(*simulate.Config)) World {
	config := func(seed uint64, people int) simulate.Config {
		c := simulate.Default()
		c.Seed, c.People = seed, people
		change(&c)
		return c
	}
	types := []string{"signed_up", "pql", "won"}
	return World{
		Name: name, About: about, Types: types, Confounded: true,
		observe: func(seed uint64, people int) (observation, error) { return observe(config(seed, people)) },
		truth: func(seed uint64, people int) (map[string]Truth, error) {
			credit, err := simulate.TrueCredit(config(seed, people))
			if err != nil {
				return nil, err
			}
			return truthOf(credit, types), nil
		},
	}
}

func truthOf(credit simulate.Truth, types []string) map[string]Truth {
	all := map[string]Truth{}
	for _, kind := range types {
		t := Truth{Shares: map[string]float64{}}
		for _, row := range credit.Rows {
			switch {
			case row.UnitKind != "person" || row.ConversionType != kind:
			case row.Channel == attribution.Baseline:
				t.Baseline = row.TrueShare
			default:
				t.Shares[row.Channel] = row.TrueShare
			}
		}
		all[kind] = t
	}
	return all
}

// Worlds are all worlds, in the order of the documentation.
func Worlds() []World {
	nothing := func(*simulate.Config) {}
	return append([]World{
		company("company", "the default company: intent decides who meets which channel, and clicks follow decisions", nothing),
		company("independent", "the same, and intent doesn't decide who meets which channel; clicks still follow decisions",
			func(c *simulate.Config) { c.Confounding = 0 }),
		company("targeted", "the same, with twice the targeting", func(c *simulate.Config) { c.Confounding = 2 }),
		company("small_baseline", "the same, with a quarter of the conversions that nobody caused",
			func(c *simulate.Config) { c.Baseline = .25 }),
		company("large_baseline", "the same, with three times the conversions that nobody caused",
			func(c *simulate.Config) { c.Baseline = 3 }),
	}, journeyWorlds()...)
}

// NamedWorlds are worlds by name, all of them with no names. An unknown name is an error that lists the known ones.
func NamedWorlds(names ...string) ([]World, error) {
	all := Worlds()
	var known []string
	for _, w := range all {
		known = append(known, w.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("world %q: not one of %s", name, strings.Join(known, ", "))
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	return slices.DeleteFunc(all, func(w World) bool { return !slices.Contains(names, w.Name) }), nil
}
