package warehouse

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// batchRows is how many rows a Writer sends at once: enough that a table gets few parts, little enough that several
// writers stay within tens of megabytes.
const batchRows = 100_000

// Writer inserts rows into one table as Arrow record batches; while ClickHouse takes one, the next is filled. It is not
// safe for concurrent use. Rows are in the table when Flush has returned nil, not before; after an error some may be.
type Writer[Row any] struct {
	db      *DB
	table   string
	run     uint64
	columns []column
	row     *Row            // the one that is being appended: where fields point to
	fields  []reflect.Value // of row, by column
	schema  *arrow.Schema
	builder *array.RecordBuilder
	pending int // rows in builder
	written uint64

	sending  chan error // result of the batch under way, nil when there is none
	underway int        // rows of it
	encoded  int        // bytes of the last that was sent
}

// NewWriter prepares inserts into table. A run other than 0 fills the column run_id of every row.
func NewWriter[Row any](db *DB, table string, run uint64) (*Writer[Row], error) {
	columns, err := columnsOf(reflect.TypeFor[Row]())
	if err != nil {
		return nil, err
	}
	var fields []arrow.Field
	if run != 0 {
		fields = append(fields, arrow.Field{Name: "run_id", Type: arrow.PrimitiveTypes.Uint64})
	}
	for _, c := range columns {
		kind, err := c.arrowType()
		if err != nil {
			return nil, err
		}
		fields = append(fields, arrow.Field{Name: c.name, Type: kind, Nullable: c.nullable})
	}
	schema := arrow.NewSchema(fields, nil)
	w := Writer[Row]{db: db, table: table, run: run, columns: columns, row: new(Row), schema: schema,
		builder: array.NewRecordBuilder(memory.DefaultAllocator, schema)}
	for _, c := range columns {
		w.fields = append(w.fields, reflect.ValueOf(w.row).Elem().FieldByIndex(c.index))
	}
	return &w, nil
}

// Append adds one row, and sends the batch when it is full.
func (w *Writer[Row]) Append(ctx context.Context, row Row) error {
	*w.row = row
	at := 0
	if w.run != 0 {
		w.builder.Field(0).(*array.Uint64Builder).Append(w.run)
		at = 1
	}
	for i, c := range w.columns {
		c.append(w.builder.Field(at+i), w.fields[i])
	}
	w.pending++
	if w.pending >= batchRows {
		return w.send(ctx)
	}
	return nil
}

// Flush sends what is pending and waits until ClickHouse has acknowledged all.
func (w *Writer[Row]) Flush(ctx context.Context) error {
	if w.pending > 0 {
		if err := w.send(ctx); err != nil {
			return err
		}
	}
	return w.wait()
}

// send hands the pending rows over, once the batch before them is acknowledged.
func (w *Writer[Row]) send(ctx context.Context) error {
	if err := w.wait(); err != nil {
		return err
	}
	record := w.builder.NewRecord()
	if w.pending >= batchRows {
		for i, column := range record.Columns() {
			reserve(w.builder.Field(i), column)
		}
	}
	w.underway, w.pending = w.pending, 0
	done := make(chan error, 1) // the result waits here even if nobody asks for it
	w.sending = done
	go func() {
		defer record.Release()
		done <- w.insert(ctx, record)
	}()
	return nil
}

// reserve makes room for as much as a full batch held: the next one is about as large, and to grow again from nothing would copy
// each of its rows once or twice.
func reserve(builder array.Builder, like arrow.Array) {
	builder.Reserve(like.Len())
	switch b := builder.(type) {
	case *array.StringBuilder:
		b.ReserveData(len(like.(*array.String).ValueBytes()))
	case *array.ListBuilder:
		reserve(b.ValueBuilder(), like.(*array.List).ListValues())
	}
}

// wait returns when no batch is under way, with the error of the one that was.
func (w *Writer[Row]) wait() error {
	if w.sending == nil {
		return nil
	}
	err := <-w.sending
	w.sending = nil
	if err == nil {
		w.written += uint64(w.underway)
	}
	return err
}

func (w *Writer[Row]) insert(ctx context.Context, record arrow.Record) error {
	var body bytes.Buffer
	body.Grow(w.encoded)
	stream := ipc.NewWriter(&body, ipc.WithSchema(w.schema))
	if err := stream.Write(record); err != nil {
		return fmt.Errorf("insert into %s: encode: %w", w.table, err)
	}
	if err := stream.Close(); err != nil {
		return fmt.Errorf("insert into %s: encode: %w", w.table, err)
	}
	w.encoded = body.Len()
	if err := w.db.conn.InsertFormat(ctx, "ArrowStream", w.statement(), &body); err != nil {
		return fmt.Errorf("insert into %s: %w", w.table, err)
	}
	return nil
}

// Written is how many rows ClickHouse has acknowledged.
func (w *Writer[Row]) Written() uint64 { return w.written }

func (w *Writer[Row]) statement() string {
	names := make([]string, 0, w.schema.NumFields())
	for _, field := range w.schema.Fields() {
		names = append(names, quoteIdentifier(field.Name))
	}
	return "INSERT INTO " + quoteIdentifier(w.table) + " (" + strings.Join(names, ", ") + ")"
}

// Insert writes all rows into table.
func Insert[Row any](ctx context.Context, db *DB, table string, run uint64, rows []Row) error {
	w, err := NewWriter[Row](db, table, run)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := w.Append(ctx, row); err != nil {
			return err
		}
	}
	return w.Flush(ctx)
}
