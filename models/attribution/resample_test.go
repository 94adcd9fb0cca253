package attribution

import (
	"math"
	"testing"
)

// Resamples are solved by shortcuts: one step of Newton's instead of a fit, formulas instead of sums over subsets, fewer
// points of an integral. What they leave out must be small beside what resamples differ by.
func TestResamplesAreNearlyFullFits(t *testing.T) {
	for name, c := range map[string]struct {
		w world
		m interface {
			Model
			refitter
		}
		part float64 // of the standard deviation that the shortcut may be off by
	}{
		"shapley_model, small sample":    {world{1500, 6, 4, .3}, ShapleyModel{}, .1},
		"shapley_model, many channels":   {world{6000, 18, 7, .3}, ShapleyModel{}, .1},
		"shapley_rate, large sets":       {world{6000, 18, 12, .3}, ShapleyRate{Shrinkage: 10}, .02},
		"shapley_rate, no shrinkage":     {world{3000, 14, 12, .3}, ShapleyRate{}, .02},
		"shapley_inside, all there is":   {world{2000, 12, 6, .3}, ShapleyInside{}, .01},
		"markov_1, fewer rounds":         {world{2000, 12, 6, .3}, Markov{}, .01},
		"markov_2":                       {world{3000, 12, 6, .3}, Markov{Order: 2}, .05},
		"markov_3":                       {world{20_000, 8, 6, .3}, Markov{Order: 3}, .05},
		"markov_3, few journeys":         {world{1000, 12, 6, .3}, Markov{Order: 3}, .05},
		"leave one out, nothing is left": {world{2000, 12, 4, .3}, LeaveOneOut{}, 1e-9},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSample(c.w.journeys(3, Options{ConversionType: "won", Direct: KeepDirect}))
			whole := credit(t, c.m, s)
			refit, draws := c.m.refit(s, whole), s.pathDraws()
			var short, full [][]float64
			for r := range uint64(12) {
				conv, null := make([]float64, draws.cells), make([]float64, draws.cells)
				draws.draw(1, r, true, conv, null)
				got, err := refit(conv, null)
				if err != nil {
					t.Fatal(err)
				}
				resample := *s
				resample.conv, resample.null = conv, null
				want := credit(t, c.m, &resample)
				short, full = append(short, shares(got)), append(full, shares(append(want.Conversions, want.Baseline)))
			}
			for id := range short[0] {
				var sum, squares, off float64
				for r := range full {
					sum, squares = sum+full[r][id], squares+full[r][id]*full[r][id]
					off = math.Max(off, math.Abs(full[r][id]-short[r][id]))
				}
				n := float64(len(full))
				deviation := math.Sqrt(math.Max(0, squares/n-sum*sum/n/n))
				if off > c.part*deviation+1e-12 {
					t.Errorf("channel %d: off by %.2g, where resamples deviate by %.2g", id, off, deviation)
				}
			}
		})
	}
}
