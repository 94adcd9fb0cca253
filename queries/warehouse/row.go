package warehouse

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// decimal4 is the Arrow type of a Decimal(18, 4).
var decimal4 = &arrow.Decimal128Type{Precision: 18, Scale: 4}

// column ties a struct field to a column of a table.
type column struct {
	name     string
	index    []int
	nullable bool
	decimal  bool
	kind     reflect.Type
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	stringsType = reflect.TypeFor[[]string]()
	floatsType  = reflect.TypeFor[[]float64]()
	moneysType  = reflect.TypeFor[[]int64]()
)

// columnsOf reads the `ch` tags of a row struct, embedded structs included, in the order of its fields.
func columnsOf(row reflect.Type) ([]column, error) {
	if row.Kind() != reflect.Struct {
		return nil, fmt.Errorf("row type %s: want a struct with `ch` tags", row)
	}
	var columns []column
	for _, field := range reflect.VisibleFields(row) {
		tag, ok := field.Tag.Lookup("ch")
		if !ok || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		c := column{name: name, index: field.Index, kind: field.Type}
		switch options {
		case "":
		case "null":
			c.nullable = true
		case "decimal4":
			c.decimal = true
		default:
			return nil, fmt.Errorf("row type %s: field %s: unknown tag option %q", row, field.Name, options)
		}
		if _, err := c.arrowType(); err != nil {
			return nil, fmt.Errorf("row type %s: field %s: %w", row, field.Name, err)
		}
		columns = append(columns, c)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("row type %s has no field with a `ch` tag", row)
	}
	return columns, nil
}

func (c column) arrowType() (arrow.DataType, error) {
	switch {
	case c.decimal && c.kind.Kind() == reflect.Int64:
		return decimal4, nil
	case c.decimal && c.kind == moneysType:
		return arrow.ListOf(decimal4), nil
	case c.decimal:
		return nil, fmt.Errorf("decimal4 wants an int64 or []int64, not %s", c.kind)
	case c.kind == timeType:
		return arrow.FixedWidthTypes.Timestamp_ms, nil
	case c.kind == stringsType:
		return arrow.ListOf(arrow.BinaryTypes.String), nil
	case c.kind == floatsType:
		return arrow.ListOf(arrow.PrimitiveTypes.Float64), nil
	}
	switch c.kind.Kind() {
	case reflect.String:
		return arrow.BinaryTypes.String, nil
	case reflect.Bool:
		return arrow.FixedWidthTypes.Boolean, nil
	case reflect.Int8:
		return arrow.PrimitiveTypes.Int8, nil
	case reflect.Int32:
		return arrow.PrimitiveTypes.Int32, nil
	case reflect.Int64, reflect.Int:
		return arrow.PrimitiveTypes.Int64, nil
	case reflect.Uint8:
		return arrow.PrimitiveTypes.Uint8, nil
	case reflect.Uint32:
		return arrow.PrimitiveTypes.Uint32, nil
	case reflect.Uint64:
		return arrow.PrimitiveTypes.Uint64, nil
	case reflect.Float64:
		return arrow.PrimitiveTypes.Float64, nil
	default:
		return nil, fmt.Errorf("no column type for Go type %s", c.kind)
	}
}

// append puts one field's value at the end of its column. Times and lists are taken through their addresses: an interface of the
// value itself would allocate.
func (c column) append(to array.Builder, value reflect.Value) {
	switch b := to.(type) {
	case *array.StringBuilder:
		b.Append(value.String())
	case *array.TimestampBuilder:
		at := value.Addr().Interface().(*time.Time)
		if c.nullable && at.IsZero() {
			b.AppendNull()
			return
		}
		b.Append(arrow.Timestamp(at.UnixMilli()))
	case *array.Decimal128Builder:
		b.Append(decimal128.FromI64(value.Int()))
	case *array.ListBuilder:
		b.Append(true)
		appendItems(b.ValueBuilder(), value)
	case *array.BooleanBuilder:
		b.Append(value.Bool())
	case *array.Int8Builder:
		b.Append(int8(value.Int()))
	case *array.Int32Builder:
		b.Append(int32(value.Int()))
	case *array.Int64Builder:
		b.Append(value.Int())
	case *array.Uint8Builder:
		b.Append(uint8(value.Uint()))
	case *array.Uint32Builder:
		b.Append(uint32(value.Uint()))
	case *array.Uint64Builder:
		b.Append(value.Uint())
	case *array.Float64Builder:
		b.Append(value.Float())
	}
}

// appendItems puts the items of a list at the end of its column.
func appendItems(to array.Builder, list reflect.Value) {
	switch items := to.(type) {
	case *array.StringBuilder:
		for _, item := range *list.Addr().Interface().(*[]string) {
			items.Append(item)
		}
	case *array.Float64Builder:
		items.AppendValues(*list.Addr().Interface().(*[]float64), nil)
	case *array.Decimal128Builder:
		for _, item := range *list.Addr().Interface().(*[]int64) {
			items.Append(decimal128.FromI64(item))
		}
	}
}
