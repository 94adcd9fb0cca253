package score

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// Options of a scoring. The zero value of each number means its default.
type Options struct {
	Seeds      int      // samples of each world, seeds 1 to Seeds; 5
	People     int      // in each sample; 20,000
	Reference  int      // further samples that make the very large one; 10
	Truth      int      // people that truth is computed from; 400,000
	Replicates int      // of the bootstrap; 100
	Worlds     []string // names; all
	Models     []string // names; all but those that Named leaves unfit to compare
	Workers    int      // samples made at the same time; 2
	Progress   func(done, of int, what string)
}

func (o Options) withDefaults() Options {
	o.Seeds, o.People, o.Reference = cmp.Or(o.Seeds, 5), cmp.Or(o.People, 20_000), cmp.Or(o.Reference, 10)
	o.Truth, o.Replicates, o.Workers = cmp.Or(o.Truth, 400_000), cmp.Or(o.Replicates, 100), cmp.Or(o.Workers, 2)
	if o.Progress == nil {
		o.Progress = func(int, int, string) {}
	}
	return o
}

// Validate reports every fault at once.
func (o Options) Validate() error {
	var faults []error
	for _, n := range []struct {
		name  string
		value int
	}{{"seeds", o.Seeds}, {"people", o.People}, {"reference samples", o.Reference}, {"people for the truth", o.Truth}, {"replicates", o.Replicates}} {
		if n.value < 0 {
			faults = append(faults, fmt.Errorf("score: %s: %d is below 0", n.name, n.value))
		}
	}
	_, unknownWorld := NamedWorlds(o.Worlds...)
	_, unknownModel := models(o.Models)
	return errors.Join(append(faults, unknownWorld, unknownModel)...)
}

// models to score: all that the attribution package knows, participation too, whose shares are of what it credits.
func models(names []string) ([]attribution.Model, error) {
	if len(names) == 0 {
		names = []string{"participation", "markov_2", "markov_3", "shapley_model", "hazard", "incremental"}
		for _, m := range attribution.Models() {
			names = append(names, m.Name())
		}
	}
	return attribution.Named(names...)
}

// Row is how one model did on one type of conversion of one world. Shares are of the channels, Direct among them, without
// the baseline.
type Row struct {
	World          string `json:"world"`
	ConversionType string `json:"conversion_type"`
	Model          string `json:"model"`
	Channels       int    `json:"channels"`
	Conversions    Mean   `json:"conversions"` // of a sample, with touches

	Error     Mean `json:"mean_absolute_error"` // of shares against causal truth
	Misplaced Mean `json:"misplaced"`           // part of the credit that is with the wrong channel, half of the summed errors
	Tau       Mean `json:"kendall_tau"`         // rank correlation with causal truth
	TopThree  Mean `json:"top_three"`           // how many of the three truly strongest are among the model's three

	HasBaseline  bool `json:"has_baseline"`
	BaselineBias Mean `json:"baseline_bias"` // share of the baseline row less the true one; 0 for models without the row

	OwnCoverage   Mean    `json:"own_coverage"`   // of 95 % intervals: the model's own share in the very large sample, whose noise is allowed for
	TruthCoverage Mean    `json:"truth_coverage"` // of 95 % intervals: the causal share
	Limit         float64 `json:"limit"`          // mean absolute error in the very large sample: what more data don't cure
}

// Report is the rows by world, type of conversion and model, and the truth they are held against.
type Report struct {
	Seeds      int                         `json:"seeds"`
	People     int                         `json:"people"`
	Reference  int                         `json:"reference_people"`
	Truth      int                         `json:"truth_people"`
	Replicates int                         `json:"replicates"`
	Rows       []Row                       `json:"rows"`
	Truths     map[string]map[string]Truth `json:"truth"` // by world and type of conversion
	Worlds     []World                     `json:"-"`
}

// firstReference is the seed of the first sample of the very large one, and truthSeed that of the truth: no sample that is
// scored shares a person with them.
const (
	firstReference = 1_000
	truthSeed      = 900_000
)

// Run scores models on worlds.
func Run(o Options) (Report, error) {
	o = o.withDefaults()
	if err := o.Validate(); err != nil {
		return Report{}, err
	}
	worlds, err := NamedWorlds(o.Worlds...)
	if err != nil {
		return Report{}, err
	}
	ms, err := models(o.Models)
	if err != nil {
		return Report{}, err
	}
	r := Report{Seeds: o.Seeds, People: o.People, Reference: o.Reference * o.People, Truth: o.Truth, Replicates: o.Replicates,
		Truths: map[string]map[string]Truth{}, Worlds: worlds}
	for i, w := range worlds {
		o.Progress(i, len(worlds), w.Name)
		if r.Truths[w.Name], err = w.truth(truthSeed, o.Truth); err != nil {
			return r, fmt.Errorf("truth of world %s: %w", w.Name, err)
		}
		if err := w.oracle(o, r.Truths[w.Name]); err != nil {
			return r, fmt.Errorf("oracle of world %s: %w", w.Name, err)
		}
		rows, err := w.score(ms, o, r.Truths[w.Name])
		if err != nil {
			return r, fmt.Errorf("world %s: %w", w.Name, err)
		}
		r.Rows = append(r.Rows, rows...)
	}
	o.Progress(len(worlds), len(worlds), "")
	return r, nil
}

// oracle adds to truths how far those of the samples are from them.
func (w World) oracle(o Options, truth map[string]Truth) error {
	errs := map[string][]float64{}
	for seed := range uint64(o.Seeds) {
		own, err := w.truth(seed+1, o.People)
		if err != nil {
			return err
		}
		for kind, t := range own {
			_, x, y := aligned(t.Shares, truth[kind].Shares)
			errs[kind] = append(errs[kind], meanAbsoluteError(x, y))
		}
	}
	for kind, t := range truth {
		t.Oracle = meanOf(errs[kind])
		truth[kind] = t
	}
	return nil
}

// enoughOfLarge is how many resamples tell the noise of the very large sample, which is the smaller part of what is compared.
const enoughOfLarge = 40

func (w World) score(ms []attribution.Model, o Options, truth map[string]Truth) ([]Row, error) {
	large, err := w.large(o)
	if err != nil {
		return nil, err
	}
	estimands := map[string][]estimate{}
	for _, kind := range w.Types {
		if estimands[kind], err = estimates(ms, attribution.NewSample(large.of(kind)), min(o.Replicates, enoughOfLarge), firstReference); err != nil {
			return nil, err
		}
	}
	found := make([]map[string][]estimate, o.Seeds) // by seed, type and model
	err = each(o.Seeds, o.Workers, func(i int) error {
		seen, err := w.observe(uint64(i+1), o.People)
		if err != nil {
			return err
		}
		found[i] = map[string][]estimate{}
		for _, kind := range w.Types {
			found[i][kind], err = estimates(ms, attribution.NewSample(seen.journeys(kind)), o.Replicates, uint64(i+1))
			if err != nil {
				return fmt.Errorf("seed %d, %s: %w", i+1, kind, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, kind := range w.Types {
		for k, m := range ms {
			var ofSeeds []estimate
			for i := range found {
				ofSeeds = append(ofSeeds, found[i][kind][k])
			}
			row := compare(ofSeeds, estimands[kind][k], truth[kind])
			row.World, row.ConversionType, row.Model = w.Name, kind, m.Name()
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// pool is many samples as one. Journeys are kept by type of conversion: histories would take several times the memory.
type pool struct {
	types    []string
	journeys [][][]attribution.Journey // by sample, type
}

func (w World) large(o Options) (pool, error) {
	p := pool{types: w.Types, journeys: make([][][]attribution.Journey, o.Reference)}
	err := each(o.Reference, o.Workers, func(i int) error {
		seen, err := w.observe(uint64(firstReference+i), o.People)
		if err != nil {
			return err
		}
		for h := range seen.histories { // two samples may use one name for two people
			seen.histories[h].unit.ID = fmt.Sprintf("%d/%s", i, seen.histories[h].unit.ID)
		}
		for _, kind := range w.Types {
			p.journeys[i] = append(p.journeys[i], seen.journeys(kind))
		}
		return nil
	})
	return p, err
}

func (p pool) of(kind string) (all []attribution.Journey) {
	for _, ofSample := range p.journeys {
		all = append(all, ofSample[slices.Index(p.types, kind)]...)
	}
	return all
}

// each calls do for 0 to n−1, several at a time, and returns all errors.
func each(n, workers int, do func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	slots := make(chan struct{}, max(workers, 1))
	for i := range n {
		slots <- struct{}{}
		group.Go(func() {
			errs[i] = do(i)
			<-slots
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
