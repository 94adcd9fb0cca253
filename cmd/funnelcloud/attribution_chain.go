package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// chainOptions ask the Markov chain itself.
type chainOptions struct {
	order       int
	sets        []string
	sequences   []string
	transitions bool
	loops       bool
}

func (o *chainOptions) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.sets, "remove", nil, "what is lost without these channels together, separated by commas; may be repeated")
	flags.StringArrayVar(&o.sequences, "remove-sequence", nil, "what is lost without journeys that go A > B straight on; may be repeated")
	flags.IntVar(&o.order, "order", 1, "order of the chain that channels are removed from; a sequence needs its own length at least. 0: the one that foretells journeys best that it was not fitted to")
	flags.BoolVar(&o.transitions, "transitions", false, "show the transition matrix of order 1")
	flags.BoolVar(&o.loops, "loops", true, "count repeats of a channel as transitions to itself")
}

func (o *chainOptions) wanted() bool {
	return o.transitions || len(o.sets)+len(o.sequences) > 0 || o.order == 0
}

// highestOrder is how far the choice among orders goes: chains of higher ones know journeys by heart.
const highestOrder = 4

// ask adds what the chain of a sample says.
func (o *chainOptions) ask(r *creditReport, sample *attribution.Sample) error {
	chain := attribution.Markov{Order: o.order}
	if o.order == 0 {
		choice, err := attribution.ChooseOrder(sample, highestOrder, 1)
		if err != nil {
			return err
		}
		r.Orders, chain.Order = &choice, choice.Order
	}
	for _, of := range []struct {
		texts  []string
		by     string
		remove func(*attribution.Sample, ...string) (attribution.Removal, error)
	}{{o.sets, ",", chain.RemoveSet}, {o.sequences, ">", chain.RemoveSequence}} {
		for _, text := range of.texts {
			names := strings.Split(text, of.by)
			for i := range names {
				names[i] = strings.TrimSpace(names[i])
			}
			removal, err := of.remove(sample, names...)
			if err != nil {
				return usageError{fmt.Errorf("%w; there are %s", err, strings.Join(sample.Channels(), ", "))}
			}
			r.Removals = append(r.Removals, removal)
		}
	}
	if o.transitions {
		r.Transitions = attribution.Transitions(sample, o.loops)
	}
	return nil
}

func (r *creditReport) chain(s *screen, o chainOptions) {
	if r.Orders != nil {
		s.title("Chains on journeys that they were not fitted to: higher is better")
		rows := make([][]string, len(r.Orders.LogLikelihood))
		for i, likelihood := range r.Orders.LogLikelihood {
			rows[i] = []string{fmt.Sprint(i + 1), fmt.Sprintf("%.4f", likelihood)}
			if i+1 == r.Orders.Order {
				rows[i][0] += " (chosen)"
			}
		}
		s.table([]string{"order", "log-likelihood a journey>"}, rows)
	}
	if len(r.Removals) > 0 {
		s.title("Lost without, by a Markov chain")
		headings, rows := []string{"removed", "order>", "conversions>", "value>"}, make([][]string, len(r.Removals))
		if !slices.ContainsFunc(r.Removals, func(removal attribution.Removal) bool { return removal.Value != 0 }) {
			headings = headings[:3]
		}
		for i, removal := range r.Removals {
			rows[i] = []string{removal.Removed, fmt.Sprint(removal.Order), percent(removal.Conversions), percent(removal.Value)}[:len(headings)]
		}
		s.table(headings, rows)
	}
	if len(r.Transitions) > 0 {
		policy := "repeats of a channel are transitions to itself"
		if !o.loops {
			policy = "repeats of a channel are left out"
		}
		s.title("Transitions: " + policy)
		rows := make([][]string, len(r.Transitions))
		for i, t := range r.Transitions {
			rows[i] = []string{t.From, t.To, thousands(int64(t.Journeys)), percent(t.Probability)}
		}
		s.table([]string{"from", "to", "journeys>", "of those who leave>"}, rows)
	}
}

type pathRow struct {
	Channels    []string `ch:"channels"`
	Conversions float64  `ch:"conversions"`
	Nulls       float64  `ch:"nulls"`
	Value       float64  `ch:"value"`
}

// askTables asks the chain of the slice's journeys.
func (s *slice) askTables(ctx context.Context, db *warehouse.DB, r *creditReport) error {
	if !s.chain.wanted() {
		return nil
	}
	if !s.fitted() {
		return usageError{fmt.Errorf("--dimension %s: the chain goes by %s, which the run credits: leave it out, or 'funnelcloud run --dimension %s'", s.dimension, s.run.Credited, s.dimension)}
	}
	var paths []attribution.Path
	params := s.params()
	params["currency"] = r.Currency
	for row, err := range warehouse.Select[pathRow](ctx, db, "screens/journey_paths.sql", params) {
		if err != nil {
			return err
		}
		paths = append(paths, attribution.Path{Channels: row.Channels, Conversions: row.Conversions, Nulls: row.Nulls, Value: row.Value})
	}
	return s.chain.ask(r, attribution.NewSampleOfPaths(attribution.Grouped(paths, s.top)))
}
