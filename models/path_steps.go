package models

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// histories are those of all units, by unit. One is valid until the next.
func (r pathReader) histories(ctx context.Context, s pathScope) iter.Seq2[path.History, error] {
	file := r.statement(s)
	return func(yield func(path.History, error) bool) {
		text, err := queries.Read(file)
		if err != nil {
			yield(path.History{}, err)
			return
		}
		for h, err := range historiesOf(warehouse.SelectBatches(ctx, r.db, text, s.params(r.run)), s.needs.Properties, r.sessionGap) {
			if err != nil {
				err = fmt.Errorf("select %s: %w", file, err)
			}
			if r.overCampaigns {
				for i := range h.Events {
					h.Events[i].Campaign = ""
				}
			}
			if !yield(h, err) {
				return
			}
		}
	}
}

// historiesOf puts the steps of each unit together: a unit's follow each other, or are one row. Columns are read as they
// are and not by rows, since there may be hundreds of millions of steps; strings share the memory of their batch. The
// session gap is that of the touchpoints.
func historiesOf(batches iter.Seq2[arrow.Record, error], properties []string, sessionGap time.Duration) iter.Seq2[path.History, error] {
	return func(yield func(path.History, error) bool) {
		var h growing
		for batch, err := range batches {
			var steps stepColumns
			if err == nil {
				steps, err = stepColumnsOf(batch)
			}
			if err != nil {
				yield(path.History{}, err)
				return
			}
			for row := range int(batch.NumRows()) {
				if unit := steps.unit.value(row); unit != h.UnitID || len(h.Events) == 0 {
					if len(h.Events) > 0 && !yield(h.History, nil) {
						return
					}
					h.begin(unit)
				}
				h.add(&steps, row, properties, sessionGap)
			}
		}
		if len(h.Events) > 0 {
			yield(h.History, nil)
		}
	}
}

// growing is a history while its steps are read.
type growing struct {
	path.History
	lastVisit time.Time
}

func (h *growing) begin(unit string) {
	h.UnitID, h.Events, h.lastVisit = unit, h.Events[:0], time.Time{}
}

// add takes the steps of a row.
func (h *growing) add(steps *stepColumns, row int, properties []string, sessionGap time.Duration) {
	for i, to := steps.of(row); i < to; i++ {
		e := steps.event(i, properties)
		if visit := steps.visitAt(i); visit != noVisit {
			// What silence explains, the definition decides anew: it may have another gap.
			e.Arrives = visit == entersTouch && e.At.Sub(h.lastVisit) <= sessionGap
			h.lastVisit = e.At
		}
		h.Events = append(h.Events, e)
	}
}

// stepColumns are the columns of staging/path_steps.sql, or of staging/path_histories.sql, where a row is a unit and its
// steps are lists; those that a statement has not are empty.
type stepColumns struct {
	unit, kind, name, meaning, url, campaign textColumn

	steps      *array.List // of each row; nil where each row is a step
	at         *array.Timestamp
	unitOfTime arrow.TimeUnit
	visit      *array.Uint8
	values     *array.List
	texts      *array.String // of values
}

// of are the steps of a row.
func (c *stepColumns) of(row int) (from, to int) {
	if c.steps == nil {
		return row, row + 1
	}
	first, end := c.steps.ValueOffsets(row)
	return int(first), int(end)
}

// textColumn is a column of texts, as they are or by their place in a dictionary.
type textColumn struct {
	texts  *array.String
	places *array.Dictionary // nil where texts are as they are
}

func (t *textColumn) read(column arrow.Array) (ok bool) {
	if t.places, ok = column.(*array.Dictionary); ok {
		column = t.places.Dictionary()
	}
	t.texts, ok = column.(*array.String)
	return ok
}

func (t *textColumn) value(i int) string {
	if t.texts == nil {
		return ""
	}
	if t.places != nil {
		i = t.places.GetValueIndex(i)
	}
	return t.texts.Value(i)
}

func stepColumnsOf(batch arrow.Record) (c stepColumns, err error) {
	if at := batch.Schema().FieldIndices("at"); len(at) == 1 {
		c.steps, _ = batch.Column(at[0]).(*array.List)
	}
	for i, field := range batch.Schema().Fields() {
		column := batch.Column(i)
		if list, ok := column.(*array.List); ok && c.steps != nil {
			if column = list.ListValues(); column.Len() == 0 {
				continue // the report asks for none
			}
		}
		known, ok := c.take(field.Name, column)
		if !known {
			return c, fmt.Errorf("column %s is none of a step's", field.Name)
		}
		if !ok {
			return c, fmt.Errorf("column %s is %s: cannot be read as a step's", field.Name, field.Type)
		}
	}
	if c.steps == nil && (c.unit.texts == nil || c.name.texts == nil || c.at == nil) {
		return c, fmt.Errorf("steps need the columns unit_id, name and at; there are %s", batch.Schema())
	}
	return c, nil
}

// take makes a column the steps', if it is known and its type can be read.
func (c *stepColumns) take(name string, column arrow.Array) (known, ok bool) {
	texts := map[string]*textColumn{"unit_id": &c.unit, "kind": &c.kind, "name": &c.name, "meaning": &c.meaning, "url": &c.url, "campaign": &c.campaign}
	switch name {
	case "visit":
		c.visit, ok = column.(*array.Uint8)
	case "at":
		if c.at, ok = column.(*array.Timestamp); ok {
			c.unitOfTime = c.at.DataType().(*arrow.TimestampType).Unit
		}
	case "values":
		if c.values, ok = column.(*array.List); ok {
			c.texts, ok = c.values.ListValues().(*array.String)
		}
	default:
		text, known := texts[name]
		return known, known && text.read(column)
	}
	return true, ok
}

func (c *stepColumns) event(i int, properties []string) path.Event {
	e := path.Event{
		Name: c.name.value(i), At: c.instant(i), Kind: c.kind.value(i), Meaning: c.meaning.value(i), Campaign: c.campaign.value(i),
	}
	if url := c.url.value(i); url != "" {
		e.Page = path.PageOf(url)
	}
	if c.values == nil || len(properties) == 0 {
		return e
	}
	from, _ := c.values.ValueOffsets(i)
	for k, property := range properties {
		if value := c.texts.Value(int(from) + k); value != "" {
			if e.Properties == nil {
				e.Properties = make(map[string]string, len(properties))
			}
			e.Properties[property] = value
		}
	}
	return e
}

func (c *stepColumns) instant(i int) time.Time {
	if c.unitOfTime == arrow.Millisecond {
		return time.UnixMilli(int64(c.at.Value(i))).UTC()
	}
	return c.at.Value(i).ToTime(c.unitOfTime).UTC()
}

// Values of the column visit.
const (
	noVisit     = 0
	entersTouch = 2
)

func (c *stepColumns) visitAt(i int) uint8 {
	if c.visit == nil {
		return noVisit
	}
	return c.visit.Value(i)
}
