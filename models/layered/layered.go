// Package layered lays directed graphs out in layers, all edges leading onwards, with room for what is written beside them.
//
// It goes the way of Sugiyama, Tagawa and Toda (IEEE Transactions on Systems, Man, and Cybernetics 11, 1981) and of Gansner,
// Koutsofios, North and Vo (IEEE Transactions on Software Engineering 19, 1993): layers, an order within them with few
// crossings, positions that make edges straight, curves. The same graph gives the same drawing.
package layered

import (
	"fmt"
)

// Node is a box. Lengths are in any unit.
type Node struct {
	Along, Across float64 // its sides: in the direction of the layers, and across it
	Beside        float64 // more room across, on the side where Across is lower, say for a loop
}

// Edge leads from a node to one with a higher number; an edge that leads back is given the other way round.
type Edge struct {
	From, To                int
	Weight                  float64 // above 0: how much its straightness and shortness matter
	LabelAlong, LabelAcross float64 // sides of what is written beside it
}

// Gaps are left between boxes.
type Gaps struct{ Along, Across float64 }

// Point is a place in the drawing, which begins at 0, 0.
type Point struct{ Along, Across float64 }

// Layout is where everything is.
type Layout struct {
	Nodes         []Point // centres
	Routes        []Route // of the edges
	Along, Across float64 // sides of the drawing
}

// Route is an edge as cubic Bézier curves: the first point, and three for each curve. It begins and ends in the direction of
// the layers.
type Route struct {
	Points []Point
	Label  Point // centre of what is written beside it
}

// Lay lays out a graph. It fails when an edge doesn't lead onwards.
func Lay(nodes []Node, edges []Edge, gaps Gaps) (Layout, error) {
	for i, e := range edges {
		if e.From < 0 || e.From >= e.To || e.To >= len(nodes) || !(e.Weight > 0) {
			return Layout{}, fmt.Errorf("edge %d from %d to %d of weight %g among %d nodes: must lead to a higher number, with a weight above 0", i, e.From, e.To, e.Weight, len(nodes))
		}
	}
	d := newDrawing(nodes, edges, layersOf(len(nodes), edges))
	d.order()
	d.straighten(gaps.Across)
	return d.layout(edges, gaps), nil
}

// drawing is a layout under way. Every edge is cut into links between neighbouring layers: nodes stand in layers of even
// numbers, and what is written beside an edge in an odd one.
type drawing struct {
	places []place
	layers [][]int  // places of each layer, in order
	rank   []int    // of each place in its layer
	in     [][]link // of each place, from the layer before
	out    [][]link
	chains [][]int // places of each edge, its nodes included
	labels []int   // place of each edge where something can be written beside it
}

// place is a node, or where an edge passes a layer.
type place struct {
	layer         int
	along         float64
	before, after float64 // room that it takes on either side of at
	at            float64 // across
	node          bool
}

type link struct {
	to     int // the place at its other end
	weight float64
}

// How much more it matters that edges are straight where they pass layers than where they meet nodes.
const (
	nearNode = 2
	farOff   = 24
)

// lineRoom is what an edge takes at either side where it passes a layer.
const lineRoom = 4

func newDrawing(nodes []Node, edges []Edge, layer []int) *drawing {
	d := &drawing{}
	for i, n := range nodes {
		d.put(place{layer: 2 * layer[i], along: n.Along, before: n.Across/2 + n.Beside, after: n.Across / 2, node: true})
	}
	for _, e := range edges {
		first, last := 2*layer[e.From], 2*layer[e.To]
		middle := (first+last)/2 | 1 // odd, also when the two are an odd number of nodes apart
		chain := []int{e.From}
		for at := first + 1; at < last; at++ {
			p := place{layer: at, before: lineRoom, after: lineRoom}
			if at == middle {
				p.along, p.before = e.LabelAlong, lineRoom+e.LabelAcross
				d.labels = append(d.labels, len(d.places))
			}
			chain = append(chain, len(d.places))
			d.put(p)
		}
		chain = append(chain, e.To)
		d.chains = append(d.chains, chain)
		for i := 1; i < len(chain); i++ {
			weight := e.Weight * farOff
			if i == 1 || i == len(chain)-1 {
				weight = e.Weight * nearNode
			}
			a, b := chain[i-1], chain[i]
			d.out[a], d.in[b] = append(d.out[a], link{b, weight}), append(d.in[b], link{a, weight})
		}
	}
	return d
}

// put adds a place at the end of its layer.
func (d *drawing) put(p place) {
	for len(d.layers) <= p.layer {
		d.layers = append(d.layers, nil)
	}
	d.rank = append(d.rank, len(d.layers[p.layer]))
	d.layers[p.layer] = append(d.layers[p.layer], len(d.places))
	d.places = append(d.places, p)
	d.in, d.out = append(d.in, nil), append(d.out, nil)
}
