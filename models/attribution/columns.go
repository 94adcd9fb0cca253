package attribution

import (
	"fmt"
	"math"
	"slices"
)

// Columns are journeys as a column store holds them: the channels of all touches end to end, as numbers of a dictionary.
// A row is one journey, or several that have the same channels in the same order. Rows may come in several pieces, each with a
// dictionary of its own.
type Columns struct {
	Channels  []string // the dictionary; ids with the same name are one channel
	Touches   []uint16 // of all rows; index into Channels
	Ends      []int32  // of each row in Touches: where the next one begins
	Converted []bool   // of each row, where rows are single journeys; else nil

	// How many journeys of each row converted and how many didn't, where rows are several; else nil.
	Conversions, Nulls []float64
	Values             []float64 // value of the conversions of each row, in money; nil: not known
}

// Counts are the journeys of row j that converted, and those that didn't.
func (c *Columns) Counts(j int) (conversions, nulls float64) {
	switch {
	case c.Converted == nil:
		return c.Conversions[j], c.Nulls[j]
	case c.Converted[j]:
		return 1, 0
	}
	return 0, 1
}

// add appends the outcome of a row: as single journeys, which take a sixteenth of the memory, as long as all are.
func (c *Columns) add(conversions, nulls float64) {
	if c.Converted != nil && (conversions == 0 || conversions == 1) && conversions+nulls == 1 {
		c.Converted = append(c.Converted, conversions == 1)
		return
	}
	if rows := len(c.Converted); c.Converted != nil {
		c.Conversions, c.Nulls = make([]float64, rows, cap(c.Converted)), make([]float64, rows, cap(c.Converted))
		for j := range rows {
			c.Conversions[j], c.Nulls[j] = c.Counts(j)
		}
		c.Converted = nil
	}
	c.Conversions, c.Nulls = append(c.Conversions, conversions), append(c.Nulls, nulls)
}

// validate finds what would be read beyond an end.
func (c *Columns) validate() error {
	rows := len(c.Ends)
	if counted := c.Converted == nil && len(c.Conversions) == rows && len(c.Nulls) == rows; !counted && len(c.Converted) != rows {
		return fmt.Errorf("columns: %d rows have %d outcomes, %d conversions and %d nulls", rows, len(c.Converted), len(c.Conversions), len(c.Nulls))
	}
	if c.Values != nil && len(c.Values) != rows {
		return fmt.Errorf("columns: %d rows have %d values", rows, len(c.Values))
	}
	if len(c.Channels) > math.MaxUint16 {
		return fmt.Errorf("columns: %d channels, at most %d can be told apart", len(c.Channels), math.MaxUint16)
	}
	from := int32(0)
	for j, until := range c.Ends {
		if until < from || int(until) > len(c.Touches) {
			return fmt.Errorf("columns: row %d ends at touch %d of %d, before it begins or after all", j, until, len(c.Touches))
		}
		from = until
	}
	largest := uint16(0)
	for _, id := range c.Touches {
		largest = max(largest, id)
	}
	if len(c.Touches) > 0 && int(largest) >= len(c.Channels) {
		return fmt.Errorf("columns: channel %d of %d", largest, len(c.Channels))
	}
	return nil
}

// GroupedColumns are columns with all channels but the n that most journeys hold under one name, other(…); the same when n is 0.
// Only the dictionaries differ.
func GroupedColumns(n int, pieces ...Columns) ([]Columns, error) {
	if n == 0 {
		return pieces, nil
	}
	t, err := newTable(pieces)
	if err != nil {
		return nil, err
	}
	journeys, seen := make([]float64, len(t.names)), make([]int, len(t.names))
	rows := 0
	for i := range t.pieces {
		p := &t.pieces[i]
		for j := range p.Ends {
			rows++
			conv, null := p.Counts(j)
			for _, id := range p.row(j) {
				if at := p.rank[id]; seen[at] != rows {
					seen[at] = rows
					journeys[at] += conv + null
				}
			}
		}
	}
	weights := make(map[string]float64, len(t.names))
	for at, name := range t.names {
		weights[name] = journeys[at]
	}
	keep, other := Largest(weights, n)
	grouped := slices.Clone(pieces)
	for i := range grouped {
		grouped[i].Channels = slices.Clone(grouped[i].Channels)
		for id, name := range grouped[i].Channels {
			if !keep[name] {
				grouped[i].Channels[id] = other
			}
		}
	}
	return grouped, nil
}
