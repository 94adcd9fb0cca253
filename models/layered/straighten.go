package layered

import "math"

// straightenRounds is how many times all layers are moved.
const straightenRounds = 120

// straighten moves places across, one layer after the other, to where edges are straight, without changing the order.
func (d *drawing) straighten(gap float64) {
	for _, places := range d.layers {
		at := 0.0
		for _, p := range places {
			d.places[p].at = at + d.places[p].before
			at += d.places[p].before + d.places[p].after + gap
		}
		for _, p := range places {
			d.places[p].at -= at / 2
		}
	}
	for round := range straightenRounds {
		for i := range d.layers {
			if round%2 == 1 {
				i = len(d.layers) - 1 - i
			}
			d.move(d.layers[i], gap)
		}
	}
	lowest := math.Inf(1)
	for _, p := range d.places {
		lowest = math.Min(lowest, p.at-p.before)
	}
	for i := range d.places {
		d.places[i].at -= lowest
	}
}

// block is a stretch of places that stand as close together as they may.
type block struct {
	at, weight float64 // where its first place would best be, as if all gaps before it were none
	size       int
}

// move puts the places of a layer where their neighbours are, as near as the gaps allow: the weighted isotonic regression of
// where each would best be, by pooling adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman 1955).
func (d *drawing) move(places []int, gap float64) {
	offset := make([]float64, len(places))
	var blocks []block
	for i, p := range places {
		if i > 0 {
			offset[i] = offset[i-1] + d.places[places[i-1]].after + gap + d.places[p].before
		}
		at, weight := d.wish(p)
		next := block{at - offset[i], weight, 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].at >= next.at {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			weight := last.weight + next.weight
			next = block{(last.at*last.weight + next.at*next.weight) / weight, weight, last.size + next.size}
		}
		blocks = append(blocks, next)
	}
	i := 0
	for _, b := range blocks {
		for range b.size {
			d.places[places[i]].at = b.at + offset[i]
			i++
		}
	}
}

// wish is where a place would best be, and how much that matters: where the squares of the distances to its neighbours are
// smallest. That draws an edge past many layers as one straight line.
func (d *drawing) wish(p int) (at, weight float64) {
	for _, links := range [2][]link{d.in[p], d.out[p]} {
		for _, l := range links {
			at, weight = at+l.weight*d.places[l.to].at, weight+l.weight
		}
	}
	const little = 1e-6 // a place without neighbours stays, as long as nobody else wants to be there
	return (at + little*d.places[p].at) / (weight + little), weight + little
}
