package layered

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var gaps = Gaps{Along: 30, Across: 10}

// randomGraph has nodes of many sizes and edges of any length, some of them between the same nodes.
func randomGraph(random *rand.Rand, nodes, edges int) ([]Node, []Edge) {
	n := make([]Node, nodes)
	for i := range n {
		n[i] = Node{20 + 80*random.Float64(), 10 + 40*random.Float64(), float64(random.IntN(2)) * 25}
	}
	var e []Edge
	for range edges {
		a, b := random.IntN(nodes), random.IntN(nodes)
		if a != b {
			e = append(e, Edge{min(a, b), max(a, b), 1 + 9*random.Float64(), 10 + 20*random.Float64(), 10})
		}
	}
	return n, e
}

func lay(t *testing.T, nodes []Node, edges []Edge) Layout {
	t.Helper()
	l, err := Lay(nodes, edges, gaps)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Boxes and what is written stand apart from one another and within the drawing; edges lead onwards from the side of their node
// to the side of the other.
func TestNothingCoversAnything(t *testing.T) {
	for seed := range uint64(30) {
		random := rand.New(rand.NewPCG(seed, 1))
		nodes, edges := randomGraph(random, 2+random.IntN(40), random.IntN(120))
		l := lay(t, nodes, edges)
		boxes := map[string][4]float64{} // from and until along, from and until across
		for i, at := range l.Nodes {
			n := nodes[i]
			boxes[fmt.Sprint("node ", i)] = [4]float64{at.Along - n.Along/2, at.Along + n.Along/2, at.Across - n.Across/2 - n.Beside, at.Across + n.Across/2}
		}
		for i, r := range l.Routes {
			e := edges[i]
			boxes[fmt.Sprint("label ", i)] = [4]float64{r.Label.Along - e.LabelAlong/2, r.Label.Along + e.LabelAlong/2, r.Label.Across - e.LabelAcross/2, r.Label.Across + e.LabelAcross/2}
			checkRoute(t, l, nodes, e, r)
		}
		for a, x := range boxes {
			if x[0] < -1e-9 || x[2] < -1e-9 || x[1] > l.Along+1e-9 || x[3] > l.Across+1e-9 {
				t.Errorf("seed %d: %s at %v of a drawing of %v by %v", seed, a, x, l.Along, l.Across)
			}
			for b, y := range boxes {
				if a < b && x[0] < y[1]-1e-9 && y[0] < x[1]-1e-9 && x[2] < y[3]-1e-9 && y[2] < x[3]-1e-9 {
					t.Errorf("seed %d: %s at %v covers %s at %v", seed, a, x, b, y)
				}
			}
		}
	}
}

func checkRoute(t *testing.T, l Layout, nodes []Node, e Edge, r Route) {
	t.Helper()
	if len(r.Points)%3 != 1 || !slices.IsSortedFunc(r.Points, func(a, b Point) int { return cmpNear(a.Along, b.Along) }) {
		t.Errorf("edge %v goes by %v", e, r.Points)
	}
	first, last := r.Points[0], r.Points[len(r.Points)-1]
	for _, end := range []struct {
		at   Point
		node int
		side float64
	}{{first, e.From, 1}, {last, e.To, -1}} {
		centre, n := l.Nodes[end.node], nodes[end.node]
		if math.Abs(end.at.Along-centre.Along-end.side*n.Along/2) > 1e-9 || math.Abs(end.at.Across-centre.Across) > n.Across/2 {
			t.Errorf("edge %v meets node %d of %v at %v in %v", e, end.node, n, centre, end.at)
		}
	}
	if r.Points[1].Across != first.Across || r.Points[len(r.Points)-2].Across != last.Across {
		t.Errorf("edge %v ends askew: %v", e, r.Points)
	}
}

func cmpNear(a, b float64) int {
	if a > b+1e-9 {
		return 1
	}
	return -1
}

func TestTheSameGraphIsDrawnTheSame(t *testing.T) {
	nodes, edges := randomGraph(rand.New(rand.NewPCG(7, 7)), 30, 90)
	if diff := cmp.Diff(lay(t, nodes, edges), lay(t, nodes, edges)); diff != "" {
		t.Error(diff)
	}
}

// A ladder drawn from a bad order has no crossing left, and a chain is a straight line.
func TestOrderAndStraightness(t *testing.T) {
	nodes := slices.Repeat([]Node{{20, 10, 0}}, 6)
	d := drawn(nodes, []Edge{{0, 3, 1, 0, 0}, {1, 2, 1, 0, 0}, {2, 5, 1, 0, 0}, {3, 4, 1, 0, 0}})
	if n := d.crossings(); n == 0 {
		t.Fatal("nothing to mend")
	}
	d.order()
	if n := d.crossings(); n != 0 {
		t.Errorf("%d crossings are left", n)
	}
	l := lay(t, nodes[:4], []Edge{{0, 1, 1, 5, 5}, {1, 2, 1, 5, 5}, {2, 3, 1, 5, 5}})
	for _, at := range l.Nodes[1:] {
		if math.Abs(at.Across-l.Nodes[0].Across) > 1e-6 {
			t.Errorf("a chain bends: %v", l.Nodes)
		}
	}
}

func drawn(nodes []Node, edges []Edge) *drawing {
	return newDrawing(nodes, edges, layersOf(len(nodes), edges))
}

// Order never makes more crossings than there were.
func TestCrossings(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for range 50 {
		list := make([]int, random.IntN(30))
		want := 0
		for i := range list {
			list[i] = random.IntN(10)
			for _, before := range list[:i] {
				if before > list[i] {
					want++
				}
			}
		}
		if got := inversions(list); got != want {
			t.Errorf("%v: got %d, want %d", list, got, want)
		}
	}
	for range 10 {
		nodes, edges := randomGraph(random, 20, 50)
		d := drawn(nodes, edges)
		before := d.crossings()
		d.order()
		if after := d.crossings(); after > before {
			t.Errorf("%d crossings became %d", before, after)
		}
	}
}

// A node stands in the layer where its edges are shortest.
func TestLayers(t *testing.T) {
	edges := []Edge{{0, 1, 1, 0, 0}, {1, 2, 1, 0, 0}, {2, 4, 1, 0, 0}, {0, 3, 1, 0, 0}, {3, 4, 5, 0, 0}}
	if diff := cmp.Diff([]int{0, 1, 2, 2, 3}, layersOf(5, edges)); diff != "" {
		t.Error(diff)
	}
}

func TestLittleGraphs(t *testing.T) {
	if l := lay(t, nil, nil); len(l.Nodes) != 0 || l.Along != 0 || l.Across != 0 {
		t.Errorf("nothing: %v", l)
	}
	if l := lay(t, []Node{{30, 20, 5}}, nil); l.Nodes[0] != (Point{15, 15}) || l.Along != 30 || l.Across != 25 {
		t.Errorf("a node: %v", l)
	}
	for _, e := range []Edge{{1, 0, 1, 0, 0}, {0, 0, 1, 0, 0}, {0, 2, 1, 0, 0}, {-1, 1, 1, 0, 0}, {0, 1, 0, 0, 0}} {
		if _, err := Lay(make([]Node, 2), []Edge{e}, gaps); err == nil {
			t.Errorf("%v is accepted", e)
		}
	}
}
