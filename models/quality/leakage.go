package quality

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Met is one time that a unit met a definition, as table qualifications has it.
type Met struct {
	UnitID         string    `ch:"unit_id"`
	Definition     string    `ch:"definition"`
	Version        uint32    `ch:"version"`
	Hash           string    `ch:"definition_hash"`
	Route          string    `ch:"route"`
	At             time.Time `ch:"met_at"`
	Score          float64   `ch:"score"`
	LatestEvidence time.Time `ch:"latest_evidence,null"` // zero where none of the evidence was found
}

// Leaked reports that a qualification knows the future: some of its evidence happened after it.
func (m *Met) Leaked() bool { return m.LatestEvidence.After(m.At) }

// Definition names what is measured: a name may live on with a new version and hash.
type Definition struct {
	Name    string
	Version uint32
	Hash    string
	Route   string
}

// Flags collects the first time that each unit met each definition. Add takes rows in the order of units, and within a
// unit of time; the flags of every definition are then sorted by unit, as the measures want.
type Flags struct {
	by    map[Definition][]Flag
	order []Definition
}

// Add takes one row. Later rows of the same unit and definition change nothing.
func (f *Flags) Add(m Met) {
	if f.by == nil {
		f.by = map[Definition][]Flag{}
	}
	d := Definition{Name: m.Definition, Version: m.Version, Hash: m.Hash, Route: m.Route}
	flags, known := f.by[d]
	if !known {
		f.order = append(f.order, d)
	}
	if n := len(flags); n > 0 && flags[n-1].UnitID == m.UnitID {
		return
	}
	f.by[d] = append(flags, Flag{UnitID: m.UnitID, At: m.At, Score: m.Score, Leaked: m.Leaked()})
}

// Definitions are those that anybody met, in the order of their names, versions and hashes.
func (f *Flags) Definitions() []Definition {
	sorted := slices.Clone(f.order)
	slices.SortFunc(sorted, func(a, b Definition) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version), strings.Compare(a.Hash, b.Hash))
	})
	return sorted
}

// Of are the flags of a definition.
func (f *Flags) Of(d Definition) []Flag { return f.by[d] }

// OfRoute are the earliest flags of each unit by any definition of a route, or of any route where that is "".
func (f *Flags) OfRoute(route string) []Flag {
	var all []Flag
	for _, d := range f.order {
		if route == "" || d.Route == route {
			all = append(all, f.by[d]...)
		}
	}
	slices.SortFunc(all, func(a, b Flag) int { return cmp.Or(strings.Compare(a.UnitID, b.UnitID), a.At.Compare(b.At)) })
	return slices.CompactFunc(all, func(a, b Flag) bool { return a.UnitID == b.UnitID })
}
