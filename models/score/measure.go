package score

import (
	"cmp"
	"math"
	"slices"
)

// aligned are two slices of shares over the same channels.
func aligned(a, b map[string]float64) (names []string, x, y []float64) {
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		x, y = append(x, a[name]), append(y, b[name])
	}
	return names, x, y
}

// meanAbsoluteError of shares; 0 for none.
func meanAbsoluteError(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += math.Abs(x[i] - y[i])
	}
	return sum / math.Max(float64(len(x)), 1)
}

// misplaced is the part of the credit that is with the wrong channel: the total variation distance, half of Σ|x−y|. Unlike
// the mean error it doesn't shrink when channels are added that both give nothing.
func misplaced(x, y []float64) float64 { return meanAbsoluteError(x, y) * float64(len(x)) / 2 }

// kendall is Kendall's τ-b, which allows for ties: 1 the same order, 0 none, −1 reversed. 0 where one side is all ties.
func kendall(x, y []float64) float64 {
	var agree, tiedX, tiedY float64
	pairs := 0.0
	for i := range x {
		for j := range i {
			a, b := float64(cmp.Compare(x[i], x[j])), float64(cmp.Compare(y[i], y[j]))
			agree += a * b
			pairs++
			if a == 0 {
				tiedX++
			}
			if b == 0 {
				tiedY++
			}
		}
	}
	scale := math.Sqrt((pairs - tiedX) * (pairs - tiedY))
	if scale == 0 {
		return 0
	}
	return agree / scale
}

// topHits is how many of the k largest of y are among the k largest of x.
func topHits(x, y []float64, k int) float64 {
	top := func(z []float64) []int {
		order := make([]int, len(z))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(z[b], z[a]) })
		return order[:min(k, len(order))]
	}
	hits, best := 0.0, top(x)
	for _, i := range top(y) {
		if slices.Contains(best, i) {
			hits++
		}
	}
	return hits
}

// Mean is an average over seeds with its standard error; the error is 0 for a single one.
type Mean struct {
	Mean float64 `json:"mean"`
	SE   float64 `json:"se"`
	N    int     `json:"n"`
}

func meanOf(xs []float64) Mean {
	n := float64(len(xs))
	if n == 0 {
		return Mean{}
	}
	sum, squares := 0.0, 0.0
	for _, x := range xs {
		sum += x
	}
	for _, x := range xs {
		squares += (x - sum/n) * (x - sum/n)
	}
	m := Mean{Mean: sum / n, N: len(xs)}
	if n > 1 {
		m.SE = math.Sqrt(squares / (n - 1) / n)
	}
	return m
}

// averaged is the mean of independent means.
func averaged(all []Mean) (of Mean) {
	n := math.Max(float64(len(all)), 1)
	for _, m := range all {
		of.Mean += m.Mean / n
		of.SE += m.SE * m.SE / n / n
		of.N += m.N
	}
	of.SE = math.Sqrt(of.SE)
	return of
}
