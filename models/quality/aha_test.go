package quality

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestPhiByHand(t *testing.T) {
	c := NewContingency(20, 5, 10, 15) // φ = (20·15 − 5·10)/√(25·25·30·20)
	near(t, "φ", c.Phi, 250/math.Sqrt(375000))
	near(t, "PPV", c.PPV.Value, 0.8)
	near(t, "NPV", c.NPV.Value, 0.6)
	// Fisher's z: atanh(.408248) = .433444, error 1.959964/√47 = .285890.
	near(t, "low", c.Low, math.Tanh(0.4335067-0.2858904))
	near(t, "high", c.High, math.Tanh(0.4335067+0.2858904))
	if c.P < 0.0029 || c.P > 0.0031 { // z = 2.9716
		t.Errorf("p = %g", c.P)
	}
	for _, empty := range []Contingency{NewContingency(0, 0, 3, 4), NewContingency(3, 0, 4, 0), NewContingency(0, 0, 0, 0)} {
		if empty.Phi != 0 || empty.P != 1 {
			t.Errorf("a table that separates nothing: %+v", empty)
		}
	}
	if perfect := NewContingency(30, 0, 0, 30); perfect.Phi != 1 || perfect.Low < 0.99 || perfect.High > 1 || perfect.P > 1e-9 {
		t.Errorf("a perfect rule: %+v", perfect)
	}
}

func TestHolmByHand(t *testing.T) {
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "adjusted p", Holm([]float64{0.01, 0.04, 0.03, 0.005})[i], want)
	}
}

// freemium has one behaviour that makes customers, "invited" three times within three days, one that is as frequent and
// means nothing, and one that only those who have already bought show.
func freemium(n int, seed uint64, cause bool) (units []Unit, done []Behaviour) {
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		u := lead(fmt.Sprintf("u%05d", i), float64(i%150), -1)
		invited, noise := r.IntN(6), r.IntN(6)
		p := 0.1
		if cause && invited >= 3 {
			p = 0.4
		}
		if r.Float64() < p {
			u.ConvertedAt = u.StartedAt.Add(time.Duration(5+r.IntN(60)) * 24 * time.Hour)
		}
		seen := []uint64{1, 3, 7, 14} // one a day
		for i := range seen {
			seen[i] = min(seen[i], uint64(invited))
		}
		did := func(name string, counts ...uint64) {
			if counts[3] > 0 {
				done = append(done, Behaviour{u.ID, name, counts})
			}
		}
		did("invited", seen...)
		did("noise", slices.Repeat([]uint64{uint64(noise)}, 4)...)
		did("other", uint64(r.IntN(4)), uint64(r.IntN(4)), uint64(r.IntN(4)), uint64(r.IntN(4)))
		units = append(units, u)
	}
	return units, done
}

func found(units []Unit, done []Behaviour) map[string]Aha {
	d := NewDiscovery(units, AhaOptions{Options: ninety})
	for _, b := range done {
		d.Add(b)
	}
	all := map[string]Aha{}
	for _, a := range d.Found() {
		all[a.Behaviour] = a
	}
	return all
}

func TestTheAhaIsFound(t *testing.T) {
	all := found(freemium(4000, 1, true))
	aha := all["invited"]
	if !aha.Holds() || aha.Count != 3 || aha.HoldOut.Phi < 0.25 {
		t.Errorf("the behaviour that makes customers: %+v", aha)
	}
	if aha.HoldOut.Low > aha.HoldOut.Phi || aha.HoldOut.High < aha.HoldOut.Phi || aha.HoldOut.N()+aha.Training.N() > 4000 {
		t.Errorf("hold-out %+v", aha.HoldOut)
	}
	for _, name := range []string{"noise", "other"} {
		if a, there := all[name]; there && a.Holds() {
			t.Errorf("%s means nothing, yet: %+v", name, a)
		}
	}
}

// Without any cause, each search tries many rules; that any of them holds must stay as rare as promised, 5 %.
func TestChanceIsNoAha(t *testing.T) {
	const searches = 200
	claims := 0
	for seed := range uint64(searches) {
		for _, a := range found(freemium(600, seed, false)) {
			if a.Holds() {
				claims++
				break
			}
		}
	}
	if claims > 18 { // 5 % of 200 is 10; 18 or fewer in 99.5 % of such tests
		t.Errorf("%d of %d searches without a cause found one", claims, searches)
	}
}

// Whoever converted before the window closed has decided before the behaviour could be complete.
func TestTheWindowEndsBeforeTheOutcome(t *testing.T) {
	var units []Unit
	var done []Behaviour
	for i := range 200 {
		u := lead(fmt.Sprintf("u%05d", i), float64(i), -1)
		if i%2 == 0 {
			u.ConvertedAt = u.StartedAt.Add(2 * 24 * time.Hour)
			done = append(done, Behaviour{u.ID, "paid", []uint64{0, 9, 0, 0}})
		}
		units = append(units, u)
	}
	if all := found(units, done); len(all) != 0 {
		t.Errorf("buying predicts buying: %+v", all)
	}
}
