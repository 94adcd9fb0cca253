package warehouse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"github.com/funnelcloud/funnelcloud/queries"
)

// Select runs the statement of a file of package queries and yields its rows, streamed as Arrow record batches: memory
// stays at one batch however long the result. Every field of Row must be a column of the result; more columns are
// allowed. An error ends the sequence.
//
// Strings share the memory of their batch: clone what must outlive many batches.
func Select[Row any](ctx context.Context, db *DB, file string, params Params) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		var none Row
		text, err := queries.Read(file)
		if err != nil {
			yield(none, err)
			return
		}
		for row, err := range SelectText[Row](ctx, db, text, params) {
			if err != nil {
				err = fmt.Errorf("select %s: %w", file, err)
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// SelectText is Select for a statement given as text.
func SelectText[Row any](ctx context.Context, db *DB, text string, params Params) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		err := selectText(ctx, db, text, params, yield)
		if err != nil && !errors.Is(err, errStopped) {
			var none Row
			yield(none, err)
		}
	}
}

// SelectAll collects the rows of Select.
func SelectAll[Row any](ctx context.Context, db *DB, file string, params Params) ([]Row, error) {
	var all []Row
	for row, err := range Select[Row](ctx, db, file, params) {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// errStopped says that the consumer of a sequence has had enough.
var errStopped = errors.New("stopped")

func selectText[Row any](ctx context.Context, db *DB, text string, params Params, yield func(Row, error) bool) (err error) {
	columns, err := columnsOf(reflect.TypeFor[Row]())
	if err != nil {
		return err
	}
	return db.batches(ctx, text, params, func(batch arrow.Record) error { return yieldBatch(batch, columns, yield) })
}

// SelectBatches runs a statement and yields its result as it comes, by Arrow record batches, for those who read columns
// and not rows. A batch is valid until the next.
func SelectBatches(ctx context.Context, db *DB, text string, params Params) iter.Seq2[arrow.Record, error] {
	return func(yield func(arrow.Record, error) bool) {
		err := db.batches(ctx, text, params, func(batch arrow.Record) error {
			if !yield(batch, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, err)
		}
	}
}

// batches hands over the result of a statement until use returns an error.
func (db *DB) batches(ctx context.Context, text string, params Params, use func(arrow.Record) error) error {
	statements := Statements(text)
	if len(statements) != 1 {
		return fmt.Errorf("want one statement, have %d", len(statements))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, err := db.conn.QueryFormat(ctx, "ArrowStream", statements[0], named(params)...)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	reader, err := ipc.NewReader(body)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read Arrow stream: %w", err)
	}
	defer reader.Release()
	for reader.Next() {
		if err := use(reader.Record()); err != nil {
			return err
		}
	}
	if err := reader.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read Arrow stream: %w", err)
	}
	return nil
}

func yieldBatch[Row any](batch arrow.Record, columns []column, yield func(Row, error) bool) error {
	rows := make([]Row, batch.NumRows())
	into := reflect.ValueOf(rows)
	for _, c := range columns {
		found := batch.Schema().FieldIndices(c.name)
		if len(found) == 0 {
			return fmt.Errorf("result has no column %s", c.name)
		}
		if err := c.read(batch.Column(found[0]), into); err != nil {
			return fmt.Errorf("column %s: %w", c.name, err)
		}
	}
	for _, row := range rows {
		if !yield(row, nil) {
			return errStopped
		}
	}
	return nil
}

// read copies one column of a batch into the same field of each row.
func (c column) read(from arrow.Array, rows reflect.Value) error {
	set, err := c.setter(from)
	if err != nil {
		return err
	}
	for i := range from.Len() {
		if !from.IsNull(i) {
			set(rows.Index(i).FieldByIndex(c.index), i)
		}
	}
	return nil
}

// setter picks, once a batch, how a value of the column becomes the field's.
func (c column) setter(from arrow.Array) (func(field reflect.Value, i int), error) {
	kind := c.kind.Kind()
	switch a := from.(type) {
	case *array.String:
		if kind == reflect.String {
			return func(field reflect.Value, i int) { field.SetString(a.Value(i)) }, nil
		}
	case *array.Timestamp:
		if c.kind == timeType {
			unit := a.DataType().(*arrow.TimestampType).Unit
			return func(field reflect.Value, i int) {
				*field.Addr().Interface().(*time.Time) = a.Value(i).ToTime(unit).UTC()
			}, nil
		}
	case *array.Decimal128:
		if c.decimal {
			return func(field reflect.Value, i int) { field.SetInt(int64(a.Value(i).LowBits())) }, nil
		}
	case *array.List:
		switch items := a.ListValues().(type) {
		case *array.String:
			if c.kind == stringsType {
				return func(field reflect.Value, i int) {
					*field.Addr().Interface().(*[]string) = listOf(a, items.Value, i)
				}, nil
			}
		case *array.Float64:
			if c.kind == floatsType {
				return func(field reflect.Value, i int) {
					*field.Addr().Interface().(*[]float64) = listOf(a, items.Value, i)
				}, nil
			}
		}
	case *array.Float64:
		if kind == reflect.Float64 {
			return func(field reflect.Value, i int) { field.SetFloat(a.Value(i)) }, nil
		}
	default:
		if number := integer(from); number != nil {
			return integerSetter(c.kind, number)
		}
	}
	return nil, fmt.Errorf("cannot read %s into Go type %s", from.DataType(), c.kind)
}

func integerSetter(kind reflect.Type, number func(int) int64) (func(reflect.Value, int), error) {
	switch kind.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(field reflect.Value, i int) { field.SetInt(number(i)) }, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return func(field reflect.Value, i int) { field.SetUint(uint64(number(i))) }, nil
	case reflect.Bool:
		return func(field reflect.Value, i int) { field.SetBool(number(i) != 0) }, nil
	default:
		return nil, fmt.Errorf("cannot read an integer into Go type %s", kind)
	}
}

func listOf[Item any](a *array.List, item func(int) Item, i int) []Item {
	from, to := a.ValueOffsets(i)
	list := make([]Item, 0, to-from)
	for k := from; k < to; k++ {
		list = append(list, item(int(k)))
	}
	return list
}

// integer reads any integer column; nil when it is none.
func integer(from arrow.Array) func(int) int64 {
	switch a := from.(type) {
	case *array.Int8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Int64:
		return func(i int) int64 { return a.Value(i) }
	case *array.Uint8:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Uint64:
		return func(i int) int64 { return int64(a.Value(i)) }
	case *array.Boolean:
		return func(i int) int64 {
			if a.Value(i) {
				return 1
			}
			return 0
		}
	default:
		return nil
	}
}
