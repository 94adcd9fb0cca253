package path

import "time"

// edgeKey is the direction of an edge, by ids of states and ends.
type edgeKey struct{ from, to int32 }

type edge struct {
	edgeKey

	transitions int
	units       int
	converted   int
	times       durations // those that are known
	lastUnit    int       // stamp of the last unit that took it
}

// edges are found by a square of their ends while there are few states, since every step of every unit looks one up, and
// by a map beyond.
type edges struct {
	list   []edge
	square []int32 // by from and to: the place in list, counted from 1
	width  int     // of the square; 0 beyond
	places map[edgeKey]int32
}

// Bounds of the square: what it begins with, and 256 kB.
const (
	narrowSquare = 32
	widestSquare = 256
)

func newEdges() edges {
	return edges{square: make([]int32, narrowSquare*narrowSquare), width: narrowSquare}
}

// cell is the place in the square; ends have the lowest ids, from startID and openID on.
func (e *edges) cell(k edgeKey) int { return int(k.from-startID)*e.width + int(k.to-openID) }

// find is the place of an edge in the list, or -1.
func (e *edges) find(k edgeKey) int32 {
	if e.width == 0 {
		if i, known := e.places[k]; known {
			return i
		}
		return -1
	}
	if int(k.from-startID) >= e.width || int(k.to-openID) >= e.width {
		return -1
	}
	return e.square[e.cell(k)] - 1
}

func (e *edges) at(k edgeKey) *edge {
	i := e.find(k)
	if i < 0 {
		i = int32(len(e.list))
		e.list = append(e.list, edge{edgeKey: k})
		e.place(i)
	}
	return &e.list[i]
}

// place remembers where the edge is, and gives the square up once it would be too wide.
func (e *edges) place(i int32) {
	k := e.list[i].edgeKey
	need := max(int(k.from-startID), int(k.to-openID)) + 1
	if e.width > 0 && need > e.width {
		for e.width < need {
			e.width *= 2
		}
		if e.width > widestSquare {
			e.width, e.square, e.places = 0, nil, map[edgeKey]int32{}
		} else {
			e.square = make([]int32, e.width*e.width)
		}
		for i := range e.list {
			e.place(int32(i))
		}
		return
	}
	if e.width == 0 {
		e.places[k] = i
		return
	}
	e.square[e.cell(k)] = i + 1
}

// unknownTime is the time of an edge whose beginning or end nobody knows.
const unknownTime = time.Duration(-1)

// take counts a transition of the unit with that stamp. A unit counts once an edge, and as converted if it won after the
// first time.
func (e *edge) take(unit int, took time.Duration, converts bool) {
	e.transitions++
	if took != unknownTime {
		e.times.add(took)
	}
	if e.lastUnit != unit {
		e.lastUnit = unit
		e.units++
		if converts {
			e.converted++
		}
	}
}

// stays are those of each state whose end is known: the times of the edges that leave it, but for those left open.
func (b *Builder) stays() []durations {
	stays := make([]durations, len(b.states))
	for i := range b.edges.list {
		if e := &b.edges.list[i]; e.from >= 0 && e.to != openID {
			stays[e.from].merge(&e.times)
		}
	}
	return stays
}
