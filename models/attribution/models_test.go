package attribution

import (
	"errors"
	"testing"
)

func TestModelsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range Models() {
		if m.Name() == "" || m.Version() == "" || seen[m.Name()] {
			t.Errorf("name %q, version %q", m.Name(), m.Version())
		}
		seen[m.Name()] = true
	}
}

func TestNamed(t *testing.T) {
	got, err := Named("markov_1", "first", "participation")
	if err != nil || len(got) != 3 || got[0].Name() != "first" || got[1].Name() != "markov_1" {
		t.Errorf("got %v, error %v", got, err)
	}
	if all, err := Named(); err != nil || len(all) != len(Models()) {
		t.Errorf("got %d models, error %v", len(all), err)
	}
	if _, err := Named("magic"); err == nil {
		t.Error("magic was accepted")
	}
}

// What needs times says so, and everything else works on a file of counted paths.
func TestModelsOnCountedPaths(t *testing.T) {
	s := NewSampleOfPaths(exampleTwo)
	for _, m := range addingUp() {
		c, err := m.Credit(s)
		if errors.Is(err, ErrNeedsJourneys) {
			if name := m.Name(); name != "time_decay" && name != "w_shaped" && name != "full_path" && name != "hazard" && name != "incremental" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		near(t, m.Name(), []float64{total(c.Conversions) + c.Baseline}, []float64{37}, 1e-9)
		for p := range s.Paths() {
			near(t, m.Name(), []float64{total(c.Weights(p)) + c.BaselineWeight(p)}, []float64{1}, 1e-9)
		}
	}
}
