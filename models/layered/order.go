package layered

import (
	"cmp"
	"slices"
)

// orderRounds is how often all layers are put in order, forwards and backwards in turn.
const orderRounds = 24

// order finds an order of the places in each layer in which few edges cross: by the medians of their neighbours in the layer
// before, or after, and by exchanging neighbours.
func (d *drawing) order() {
	best, fewest := d.copyLayers(), d.crossings()
	for round := 0; round < orderRounds && fewest > 0; round++ {
		for i := range d.layers {
			layer, links := i, d.in
			if round%2 == 1 {
				layer, links = len(d.layers)-1-i, d.out
			}
			d.sortByMedian(layer, links)
		}
		d.exchange()
		if n := d.crossings(); n < fewest {
			best, fewest = d.copyLayers(), n
		}
	}
	d.layers = best
	for layer := range d.layers {
		d.number(layer)
	}
}

func (d *drawing) copyLayers() [][]int {
	layers := make([][]int, len(d.layers))
	for i := range layers {
		layers[i] = slices.Clone(d.layers[i])
	}
	return layers
}

// number notes the rank of each place in a layer.
func (d *drawing) number(layer int) {
	for rank, p := range d.layers[layer] {
		d.rank[p] = rank
	}
}

// sortByMedian leaves places without neighbours where they are.
func (d *drawing) sortByMedian(layer int, links [][]link) {
	type keyed struct {
		place  int
		median float64
	}
	var movable []keyed
	for _, p := range d.layers[layer] {
		if len(links[p]) > 0 {
			movable = append(movable, keyed{p, d.median(links[p])})
		}
	}
	slices.SortStableFunc(movable, func(a, b keyed) int { return cmp.Compare(a.median, b.median) })
	next := 0
	for i, p := range d.layers[layer] {
		if len(links[p]) > 0 {
			d.layers[layer][i] = movable[next].place
			next++
		}
	}
	d.number(layer)
}

// median of the ranks of the neighbours; between two in the middle, the one with more neighbours close by counts more.
func (d *drawing) median(links []link) float64 {
	ranks := make([]int, len(links))
	for i, l := range links {
		ranks[i] = d.rank[l.to]
	}
	slices.Sort(ranks)
	n := len(ranks)
	low, high := float64(ranks[(n-1)/2]), float64(ranks[n/2])
	left, right := low-float64(ranks[0]), float64(ranks[n-1])-high
	if n%2 == 1 || left+right == 0 {
		return (low + high) / 2
	}
	return (low*right + high*left) / (left + right)
}

// exchange swaps neighbours in a layer as long as fewer edges cross for it.
func (d *drawing) exchange() {
	for better, round := true, 0; better && round < orderRounds; round++ {
		better = false
		for layer, places := range d.layers {
			for i := 1; i < len(places); i++ {
				a, b := places[i-1], places[i]
				if d.crossingsOf(b, a) < d.crossingsOf(a, b) {
					places[i-1], places[i] = b, a
					better = true
					d.number(layer)
				}
			}
		}
	}
}

// crossingsOf is how many links of two neighbours cross when a stands before b.
func (d *drawing) crossingsOf(a, b int) (n int) {
	for _, links := range [2][][]link{d.in, d.out} {
		for _, x := range links[a] {
			for _, y := range links[b] {
				if d.rank[x.to] > d.rank[y.to] {
					n++
				}
			}
		}
	}
	return n
}

// crossings of all links.
func (d *drawing) crossings() (n int) {
	for _, places := range d.layers {
		var ends []int // of the links out of the layer, in the order of their beginnings
		for _, p := range places {
			from := len(ends)
			for _, l := range d.out[p] {
				ends = append(ends, d.rank[l.to])
			}
			slices.Sort(ends[from:])
		}
		n += inversions(ends)
	}
	return n
}

// inversions is how many pairs are in the wrong order.
func inversions(list []int) (n int) {
	var sorted []int
	for _, x := range list {
		at, _ := slices.BinarySearch(sorted, x+1)
		n += len(sorted) - at
		sorted = slices.Insert(sorted, at, x)
	}
	return n
}
