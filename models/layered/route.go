package layered

import (
	"cmp"
	"math"
	"slices"
)

// layout reads the finished drawing.
func (d *drawing) layout(edges []Edge, gaps Gaps) Layout {
	var l Layout
	centre := d.lengths(gaps.Along, &l)
	for _, p := range d.places {
		if p.node {
			l.Nodes = append(l.Nodes, Point{centre[p.layer], p.at})
		}
		l.Across = math.Max(l.Across, p.at+p.after)
	}
	leave, enter := d.ports(edges)
	for e, chain := range d.chains {
		first, last := chain[0], chain[len(chain)-1]
		through := []Point{{centre[d.places[first].layer] + d.places[first].along/2, leave[e]}}
		for _, i := range chain[1 : len(chain)-1] {
			p := d.places[i]
			through = append(through, Point{centre[p.layer], p.at})
		}
		through = append(through, Point{centre[d.places[last].layer] - d.places[last].along/2, enter[e]})
		label := d.places[d.labels[e]]
		l.Routes = append(l.Routes, Route{curves(through), Point{centre[label.layer], label.at - label.before/2}})
	}
	return l
}

// lengths is where each layer has its middle, and half of its length.
func (d *drawing) lengths(gap float64, l *Layout) (centre []float64) {
	centre = make([]float64, len(d.layers))
	half := make([]float64, len(d.layers))
	for i, places := range d.layers {
		for _, p := range places {
			half[i] = math.Max(half[i], d.places[p].along/2)
		}
		if i > 0 {
			l.Along += gap
		}
		centre[i] = l.Along + half[i]
		l.Along += 2 * half[i]
	}
	return centre
}

// portGap is how far apart edges meet a node, where its side is long enough.
const portGap = 10

// ports is where across each edge leaves and enters its nodes: side by side, in the order of where they come from and go to.
func (d *drawing) ports(edges []Edge) (leave, enter []float64) {
	leave, enter = make([]float64, len(edges)), make([]float64, len(edges))
	leaving, entering := make([][]int, len(d.places)), make([][]int, len(d.places))
	for e := range edges {
		leaving[edges[e].From], entering[edges[e].To] = append(leaving[edges[e].From], e), append(entering[edges[e].To], e)
	}
	for node, p := range d.places {
		if !p.node {
			break // nodes come first
		}
		d.spread(p, leaving[node], leave, func(e int) int { return d.chains[e][1] })
		d.spread(p, entering[node], enter, func(e int) int { return d.chains[e][len(d.chains[e])-2] })
	}
	return leave, enter
}

// spread divides a side of a node among edges.
func (d *drawing) spread(p place, edges []int, ports []float64, next func(edge int) int) {
	slices.SortFunc(edges, func(a, b int) int {
		return cmp.Or(cmp.Compare(d.places[next(a)].at, d.places[next(b)].at), cmp.Compare(a, b))
	})
	step := math.Min(portGap, 2*p.after/float64(len(edges)+1))
	for i, e := range edges {
		ports[e] = p.at + (float64(i)-float64(len(edges)-1)/2)*step
	}
}

// curves leads through all points without waves between them: a cubic spline that rises and falls only where they do
// (Fritsch and Butland, SIAM Journal on Scientific and Statistical Computing 5, 1984), and leaves and ends straight.
func curves(through []Point) []Point {
	n := len(through)
	points := []Point{through[0]}
	slope := make([]float64, n)
	for i := 1; i < n-1; i++ {
		before, after := steepness(through[i-1], through[i]), steepness(through[i], through[i+1])
		if before*after > 0 {
			a, b := through[i].Along-through[i-1].Along, through[i+1].Along-through[i].Along
			part := (a + 2*b) / (3 * (a + b))
			slope[i] = before * after / (part*after + (1-part)*before)
		}
	}
	for i := 1; i < n; i++ {
		a, b := through[i-1], through[i]
		third := (b.Along - a.Along) / 3
		if third <= 0 {
			continue
		}
		points = append(points, Point{a.Along + third, a.Across + third*slope[i-1]}, Point{b.Along - third, b.Across - third*slope[i]}, b)
	}
	return points
}

func steepness(a, b Point) float64 {
	if b.Along <= a.Along {
		return 0
	}
	return (b.Across - a.Across) / (b.Along - a.Along)
}
