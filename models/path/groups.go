package path

import (
	"cmp"
	"math"
	"slices"
)

// Bounds of grouping: distances are between this many variants at most, over this many states of each.
const (
	groupedVariants = 200
	groupedLength   = 60
)

// Group sets the similarity group of variants: those whose sequences take few changes (a state put in, taken out or
// exchanged for another, as a share of the longer sequence) to become one another. Groups are counted from 1, the one
// with most units first; the row for the rest is in none. It is k-medoids, weighted by units (Kaufman and Rousseeuw,
// Finding Groups in Data, 1990), over the 200 commonest variants; the others join the nearest. The variants must be
// those of this Builder's Variants.
func (b *Builder) Group(variants []Variant, groups int) {
	shown := len(variants)
	if shown > 0 && variants[shown-1].Length == 0 {
		shown-- // the row for the rest
	}
	if shown == 0 || groups <= 0 {
		return
	}
	all := b.ranking(shown).best
	near := all[:min(len(all), groupedVariants)]
	distances := make([][]float64, len(near))
	for i := range near {
		distances[i] = make([]float64, len(near))
		for j := range i {
			distances[i][j] = difference(near[i].states, near[j].states)
			distances[j][i] = distances[i][j]
		}
	}
	medoids := findMedoids(distances, near, min(groups, len(near)))
	group, units := make([]int, len(all)), make([]int, len(medoids))
	for i, m := range all {
		group[i] = nearest(len(medoids), func(k int) float64 { return difference(m.states, near[medoids[k]].states) })
		units[group[i]] += m.units
	}
	order := make([]int, len(medoids))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(units[y], units[x]) })
	for i := range all {
		variants[i].Group = uint32(slices.Index(order, group[i]) + 1)
	}
}

// findMedoids begins with the best first one, adds what lowers the total most, then moves each medoid to the middle of
// its group until that changes nothing.
func findMedoids(distances [][]float64, variants []sequence, groups int) []int {
	var medoids []int
	total := func(medoids []int) float64 {
		sum := 0.0
		for i, m := range variants {
			sum += float64(m.units) * distances[i][medoids[nearest(len(medoids), func(k int) float64 { return distances[i][medoids[k]] })]]
		}
		return sum
	}
	for len(medoids) < groups {
		best, lowest := -1, math.Inf(1)
		for i := range variants {
			if slices.Contains(medoids, i) {
				continue
			}
			if sum := total(append(slices.Clone(medoids), i)); sum < lowest {
				best, lowest = i, sum
			}
		}
		medoids = append(medoids, best)
	}
	for range 20 { // it settles after a few
		moved := false
		for k := range medoids {
			group := make([]int, 0, len(variants))
			for i := range variants {
				if nearest(len(medoids), func(k int) float64 { return distances[i][medoids[k]] }) == k {
					group = append(group, i)
				}
			}
			middle := middleOf(group, distances, variants)
			moved = moved || middle != medoids[k]
			medoids[k] = middle
		}
		if !moved {
			break
		}
	}
	return medoids
}

func middleOf(group []int, distances [][]float64, variants []sequence) int {
	best, lowest := group[0], math.Inf(1)
	for _, i := range group {
		sum := 0.0
		for _, j := range group {
			sum += float64(variants[j].units) * distances[i][j]
		}
		if sum < lowest {
			best, lowest = i, sum
		}
	}
	return best
}

// nearest is the first of n with the smallest distance.
func nearest(n int, distance func(int) float64) int {
	best, lowest := 0, math.Inf(1)
	for k := range n {
		if d := distance(k); d < lowest {
			best, lowest = k, d
		}
	}
	return best
}

// difference is Levenshtein's distance over the length of the longer sequence: 0 for equal ones, 1 for those that share
// nothing.
func difference(a, b []int32) float64 {
	a, b = a[:min(len(a), groupedLength)], b[:min(len(b), groupedLength)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return float64(row[len(b)]) / float64(max(len(a), len(b), 1))
}
