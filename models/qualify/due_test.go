package qualify

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestDueAtIsWhenTheOutcomeChanges: if nothing more happens, the outcome stays as it is until DueAt, and is another then. A
// run that recomputes what changed leaves alone whoever is not due yet, so both count: nobody stale, nobody for nothing.
func TestDueAtIsWhenTheOutcomeChanges(t *testing.T) {
	due, never := 0, 0
	check := func(t *testing.T, d *Definitions, u Unit, signals []Signal, until time.Time) {
		t.Helper()
		now := outcomeAt(t, d, u, signals, until)
		before := until.AddDate(20, 0, 0)
		if now.DueAt.IsZero() {
			never++
		} else {
			due++
			before = now.DueAt.Add(-time.Millisecond)
			if diff := cmp.Diff(lasting(now), lasting(outcomeAt(t, d, u, signals, now.DueAt))); diff == "" {
				t.Errorf("observed until %s, due at %s, when nothing changes", until, now.DueAt)
			}
		}
		if before.Before(until) {
			t.Fatalf("observed until %s, due at %s", until, now.DueAt)
		}
		if diff := cmp.Diff(lasting(now), lasting(outcomeAt(t, d, u, signals, before))); diff != "" {
			t.Errorf("observed until %s, due at %s, but another by then: %.2000s", until, now.DueAt, diff)
		}
	}
	standard := mustDefault(t)
	forRandomHistories(t, func(t *testing.T, r *rand.Rand, u Unit, signals []Signal) {
		check(t, standard, u, signals, signals[len(signals)-1].At.Add(time.Duration(r.IntN(40*24))*time.Hour))
	})
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 17))
		d := mustParse(t, randomDefinitions(r))
		signals := randomUse(r, 1+r.IntN(60))
		check(t, d, Unit{Kind: Person, ID: "u"}, signals, signals[len(signals)-1].At.Add(time.Duration(r.IntN(40*24))*time.Hour))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	if due < 150 || never < 20 {
		t.Errorf("only %d are due and %d never: the histories test nothing", due, never)
	}
}

func outcomeAt(t *testing.T, d *Definitions, u Unit, signals []Signal, until time.Time) Outcome {
	t.Helper()
	o, err := d.Evaluate(u, signals, until)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// lasting is an outcome without when it is due.
func lasting(o Outcome) Outcome {
	o.DueAt = time.Time{}
	return o
}
