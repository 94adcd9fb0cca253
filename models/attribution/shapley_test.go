package attribution

import (
	"math"
	"slices"
	"testing"
)

func TestShapleySetExampleTwo(t *testing.T) {
	s := NewSampleOfPaths(exampleTwo)
	near(t, "shapley_set", credit(t, ShapleySet(), s).Conversions, []float64{32. / 3, 109. / 6, 49. / 6}, 1e-12)
	near(t, "by definition", shapleyByDefinition(3, func(mask int) float64 {
		sum := 0.0
		for set, n := range s.perSet(s.conv) {
			if maskOf(s.sets.at(set))&^mask == 0 {
				sum += n
			}
		}
		return sum
	}), []float64{32. / 3, 109. / 6, 49. / 6}, 1e-12)
}

func maskOf(ids []int32) int {
	mask := 0
	for _, id := range ids {
		mask |= 1 << id
	}
	return mask
}

// shapleyByDefinition averages what each player adds over all orders of p players.
func shapleyByDefinition(p int, worth func(mask int) float64) []float64 {
	values := make([]float64, p)
	order := make([]int, p)
	orders := 0.0
	var arrange func(used, at int)
	arrange = func(used, at int) {
		if at == p {
			orders++
			mask := 0
			for _, id := range order {
				values[id] += worth(mask|1<<id) - worth(mask)
				mask |= 1 << id
			}
			return
		}
		for id := range p {
			if used>>id&1 == 0 {
				order[at] = id
				arrange(used|1<<id, at+1)
			}
		}
	}
	arrange(0, 0)
	for i := range values {
		values[i] /= orders
	}
	return values
}

func TestShapleyRateNinePaths(t *testing.T) {
	c := credit(t, ShapleyRate{}, NewSampleOfPaths(ninePaths))
	near(t, "own", c.Own, []float64{13.5, 7.5, 6}, 1e-12)
	near(t, "ledger", c.Conversions, []float64{13.5, 7.5, 6}, 1e-12)
	// Of ABC's seven subsets BC is not seen; ABC holds 9 of 27 conversions.
	near(t, "unseen", []float64{c.UnseenShare}, []float64{1. / 21}, 1e-12)
}

// The sum over seen subsets equals the definition, with and without shrinkage, negative values and unseen sets too.
func TestShapleyRateByDefinition(t *testing.T) {
	for seed := range uint64(10) {
		s := NewSample(world{200, 5, 3, .4}.journeys(seed, Options{ConversionType: "won", Direct: KeepDirect}))
		conv, null := s.perSet(s.conv), s.perSet(s.null)
		for _, shrinkage := range []float64{0, 10} {
			base := 0.0
			if shrinkage > 0 {
				base = s.Conversions() / (s.Conversions() + s.Nulls())
			}
			rate := map[int]float64{}
			for set := range conv {
				rate[maskOf(s.sets.at(set))] = (conv[set] + shrinkage*base) / (conv[set] + null[set] + shrinkage)
			}
			want := make([]float64, len(s.channels))
			for set, n := range conv {
				ids := s.sets.at(set)
				if n == 0 {
					continue
				}
				values := shapleyByDefinition(len(ids), func(mask int) float64 {
					global := 0
					for k, id := range ids {
						global |= mask >> k & 1 << id
					}
					if v, seen := rate[global]; seen || mask == 0 {
						return v
					}
					return base
				})
				for k, id := range ids {
					want[id] += n * values[k] / rate[maskOf(ids)]
				}
			}
			near(t, "own", credit(t, ShapleyRate{shrinkage}, s).Own, want, 1e-9)
		}
	}
}

// Pairs of sets, which samples of many channels and of few sets are solved by, and the lattice give the same.
func TestShapleyRateOfManyChannels(t *testing.T) {
	s := NewSample(world{2000, 12, 8, .4}.journeys(5, Options{ConversionType: "won", Direct: KeepDirect}))
	game := newSetGame(s)
	conv, null := s.perSet(s.conv), s.perSet(s.null)
	game.start, game.within = nil, nil
	lattice := ShapleyRate{10}.solve(s, game.solver(), conv, null, nil)
	unseen := game.unseen(conv)
	game.pair()
	near(t, "values", ShapleyRate{10}.solve(s, pairSolver{game}, conv, null, nil).values, lattice.values, 1e-12)
	near(t, "unseen", []float64{game.unseen(conv)}, []float64{unseen}, 1e-12)
	many := NewSample(world{500, latticeChannels + 5, 4, .4}.journeys(5, Options{ConversionType: "won"}))
	near(t, "credited", []float64{total(credit(t, ShapleyRate{10}, many).Conversions)}, []float64{many.Conversions()}, 1e-9)
}

func TestShapleyInsideByDefinition(t *testing.T) {
	for seed := range uint64(5) {
		s := NewSample(world{300, 6, 3, .4}.journeys(seed, Options{ConversionType: "won", Direct: KeepDirect}))
		conv, null := s.perSet(s.conv), s.perSet(s.null)
		want := shapleyByDefinition(len(s.channels), func(mask int) float64 {
			converted, all := 0.0, 0.0
			for set := range conv {
				if maskOf(s.sets.at(set))&^mask == 0 {
					converted, all = converted+conv[set], all+conv[set]+null[set]
				}
			}
			if all == 0 {
				return 0
			}
			return converted / all
		})
		game := newInsideGame(s)
		got := game.exactly(conv, null)
		near(t, "exactly", got, want, 1e-12)
		near(t, "efficiency", []float64{total(got)}, []float64{s.Conversions() / (s.Conversions() + s.Nulls())}, 1e-12)
		game.orders = orders(len(s.channels))
		sampled, errs := game.byOrders(conv, null)
		for i := range sampled {
			if math.Abs(sampled[i]-got[i]) > 4.5*errs[i]+1e-12 {
				t.Errorf("%s: sampled %g, exact %g, standard error %g", s.channels[i], sampled[i], got[i], errs[i])
			}
		}
	}
}

func TestMilestoneModels(t *testing.T) {
	for name, c := range map[string]struct {
		m                 Model
		touches           int
		lead, opportunity int32
		want              []float64
		rule              string
	}{
		"w, all apart":                 {WShaped(), 5, 2, 4, []float64{.3, .3, .05, .3, .05}, "FT+LC+OC"},
		"w, no others":                 {WShaped(), 3, 2, 3, []float64{1. / 3, 1. / 3, 1. / 3}, "FT+LC+OC"},
		"w, one touch is two":          {WShaped(), 3, 1, 3, []float64{.6, .1, .3}, "FT+LC+OC"},
		"w, no opportunity":            {WShaped(), 3, 2, 0, []float64{.45, .45, .1}, "FT+LC"},
		"w, nothing but a first touch": {WShaped(), 1, 0, 0, []float64{1}, "FT"},
		"full path":                    {FullPath(), 6, 2, 4, []float64{.225, .225, .05, .225, .05, .225}, "FT+LC+OC+CW"},
		"full path, one touch":         {FullPath(), 1, 1, 1, []float64{1}, "FT+LC+OC+CW"},
		"full path, no lead":           {FullPath(), 3, 0, 2, []float64{1. / 3, 1. / 3, 1. / 3}, "FT+OC+CW"},
	} {
		t.Run(name, func(t *testing.T) {
			channels, at := make([]string, c.touches), make([]float64, c.touches)
			for i := range channels {
				channels[i], at[i] = string(rune('A'+i)), float64(i)
			}
			js := []Journey{journey("u", channels, at, 10, 1)}
			js[0].LeadTouch, js[0].OpportunityTouch = c.lead, c.opportunity
			got := credit(t, c.m, NewSample(js))
			near(t, "weights", got.Weights(0), c.want, 1e-12)
			if got.Rule(0) != c.rule {
				t.Errorf("rule %q, want %q", got.Rule(0), c.rule)
			}
		})
	}
}

func TestLeaveOneOutRefitsToTheSame(t *testing.T) {
	s := NewSample(world{500, 6, 3, .4}.journeys(1, Options{ConversionType: "won"}))
	for _, m := range []Model{LeaveOneOut{Transform: Unique}, LeaveOneOut{}, LeaveOneOut{Transform: FirstOf}, LeaveOneOut{Transform: Frequency}, ShapleyRate{10}, ShapleyRate{}, Markov{}, ShapleyInside{}} {
		c := credit(t, m, s)
		got, err := m.(refitter).refit(s, c)(s.conv, s.null)
		if err != nil {
			t.Fatal(err)
		}
		near(t, m.Name()+" "+m.Version(), got, c.Conversions, 1e-3)
	}
	if _, err := (LeaveOneOut{Transform: "x"}).Credit(s); err == nil {
		t.Error("transform x was accepted")
	}
}

func TestOrdersAreWholeAndFixed(t *testing.T) {
	for _, order := range orders(17) {
		seen := slices.Sorted(slices.Values(order))
		if len(slices.Compact(seen)) != 17 {
			t.Fatal(order)
		}
	}
	if !slices.EqualFunc(orders(17), orders(17), slices.Equal) {
		t.Error("orders differ")
	}
}
