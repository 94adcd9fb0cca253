package quality

// Side is one party's view of who is qualified: the units it flagged, sorted by unit, at most one flag a unit.
type Side struct {
	Name  string
	Flags []Flag
}

// Cells of a comparison of two sides.
const (
	Both    = "both"
	OnlyA   = "only_a"
	OnlyB   = "only_b"
	Neither = "neither"
)

// Comparison says who was right where two sides differ.
type Comparison struct {
	A, B  string
	Cells []SideCell // Both, OnlyA, OnlyB, Neither
}

// SideCell is the units on which the sides agree or differ in one way.
type SideCell struct {
	Cell  string
	Units int // all, judged or not
	Rate  Rate
}

// Compare holds two sides against what happened. A unit's clock is the earlier flag of the two, else its start: both
// sides get the same horizon, whoever spoke first.
func Compare(units []Unit, a, b Side, o Options) Comparison {
	first, second := fates(units, a.Flags, o), fates(units, b.Flags, o)
	names := []string{Both, OnlyA, OnlyB, Neither}
	var all, judged, converted [4]int
	for i := range units {
		x, y := &first[i], &second[i]
		cell := 3
		switch {
		case x.flagged && y.flagged:
			cell = 0
		case x.flagged:
			cell = 1
		case y.flagged:
			cell = 2
		}
		all[cell]++
		earlier := x
		if y.flagged && (!x.flagged || y.clock.Before(x.clock)) {
			earlier = y
		}
		count(&judged[cell], earlier.judged)
		count(&converted[cell], earlier.judged && earlier.converted)
	}
	c := Comparison{A: a.Name, B: b.Name}
	for i, name := range names {
		c.Cells = append(c.Cells, SideCell{Cell: name, Units: all[i], Rate: NewRate(converted[i], judged[i])})
	}
	return c
}
