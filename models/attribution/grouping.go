package attribution

import (
	"cmp"
	"fmt"
	"slices"
)

// Largest are the n names with the largest weights, of equals the first by name, and the name that the others together
// go by: other(5) when there are five of them. With no more than n + 1 names all are kept, since other(1) would only
// hide a name.
func Largest(weights map[string]float64, n int) (keep map[string]bool, other string) {
	names := make([]string, 0, len(weights))
	for name := range weights {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(weights[b], weights[a]), cmp.Compare(a, b)) })
	if len(names) <= n+1 {
		n = len(names)
	}
	keep = make(map[string]bool, n)
	for _, name := range names[:n] {
		keep[name] = true
	}
	return keep, fmt.Sprintf("other(%d)", len(names)-n)
}

// Grouped are paths in which all channels but the n that most journeys hold go by one name, other(…); the paths
// themselves when n is 0.
func Grouped(paths []Path, n int) []Path {
	if n == 0 {
		return paths
	}
	journeys := map[string]float64{}
	for _, p := range paths {
		for i, channel := range p.Channels {
			if !slices.Contains(p.Channels[:i], channel) {
				journeys[channel] += p.Conversions + p.Nulls
			}
		}
	}
	keep, other := Largest(journeys, n)
	grouped := make([]Path, len(paths))
	for k, p := range paths {
		grouped[k] = p
		grouped[k].Channels = slices.Clone(p.Channels)
		for i, channel := range p.Channels {
			if !keep[channel] {
				grouped[k].Channels[i] = other
			}
		}
	}
	return grouped
}
