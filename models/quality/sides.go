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
func (p *Population) Compare(a, b Side) Comparison {
	names := []string{Both, OnlyA, OnlyB, Neither}
	judged := len(p.clocks)
	var all [4]int
	var cells [4]cell // of those judged
	all[3], cells[3] = len(p.units), cell{judged, p.wins[judged]}
	p.eachOf(p.Judge(a.Flags), p.Judge(b.Flags), func(was, x, y *fate) {
		to, earlier := sides(x, y)
		all[3]--
		all[to]++
		cells[3].addJudged(was, -1)
		cells[to].addJudged(earlier, 1)
	})
	c := Comparison{A: a.Name, B: b.Name}
	for i, name := range names {
		c.Cells = append(c.Cells, SideCell{Cell: name, Units: all[i], Rate: NewRate(cells[i].converted, cells[i].units)})
	}
	return c
}

func (c *cell) addJudged(f *fate, n int) {
	if f.judged {
		c.add(f, n)
	}
}

// sides is the place of the cell of a unit that the sides see so, and its fate by the earlier flag.
func sides(x, y *fate) (cell int, earlier *fate) {
	switch {
	case x.flagged && y.flagged && y.clock.Before(x.clock):
		return 0, y
	case x.flagged && y.flagged:
		return 0, x
	case x.flagged:
		return 1, x
	case y.flagged:
		return 2, y
	}
	return 3, x
}

// eachOf shows the units that either of two definitions flags, as they are without and by each.
func (p *Population) eachOf(a, b *Judged, show func(was, x, y *fate)) {
	left, right := a.flagged, b.flagged
	for len(left)+len(right) > 0 {
		unit, first, second := len(p.units), (*Flag)(nil), (*Flag)(nil)
		if len(left) > 0 {
			unit = left[0].unit
		}
		if len(right) > 0 {
			unit = min(unit, right[0].unit)
		}
		if len(left) > 0 && left[0].unit == unit {
			first, left = left[0].flag, left[1:]
		}
		if len(right) > 0 && right[0].unit == unit {
			second, right = right[0].flag, right[1:]
		}
		was, x, y := judge(&p.units[unit], nil, p.o), judge(&p.units[unit], first, p.o), judge(&p.units[unit], second, p.o)
		show(&was, &x, &y)
	}
}
