package models

import (
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// stepsOf is a batch of steps in lines "unit name minute visit", names as they are or by a dictionary.
func stepsOf(dictionary bool, lines ...string) arrow.Record {
	var names arrow.DataType = arrow.BinaryTypes.String
	if dictionary {
		names = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	}
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "unit_id", Type: arrow.BinaryTypes.String}, {Name: "name", Type: names},
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Millisecond}}, {Name: "visit", Type: arrow.PrimitiveTypes.Uint8},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for _, line := range lines {
		fields := strings.Fields(line)
		b.Field(0).(*array.StringBuilder).Append(fields[0])
		if dictionary {
			_ = b.Field(1).(*array.BinaryDictionaryBuilder).AppendString(fields[1])
		} else {
			b.Field(1).(*array.StringBuilder).Append(fields[1])
		}
		minute, _ := time.ParseDuration(fields[2] + "m")
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp(minute.Milliseconds()))
		b.Field(3).(*array.Uint8Builder).Append(fields[3][0] - '0')
	}
	return b.NewRecord()
}

func inTurn(batches []arrow.Record, err error) iter.Seq2[arrow.Record, error] {
	return func(yield func(arrow.Record, error) bool) {
		for _, batch := range batches {
			if !yield(batch, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// Units are put together across batches, whichever form texts have; a visit arrives where it begins a touch without a
// silence that would explain it.
func TestHistoriesOfBatches(t *testing.T) {
	for _, dictionary := range []bool{false, true} {
		batches := []arrow.Record{
			stepsOf(dictionary, "u a 0 2", "u b 10 1", "u a 20 2"), stepsOf(dictionary, "u c 90 2", "v b 90 2"), stepsOf(dictionary, "v a 95 0", "v c 100 2"),
		}
		var got []string
		for h, err := range historiesOf(inTurn(batches, nil), nil, 30*time.Minute) {
			if err != nil {
				t.Fatal(err)
			}
			line := h.UnitID
			for _, e := range h.Events {
				line += " " + e.Name
				if e.Arrives {
					line += "!"
				}
			}
			got = append(got, line)
		}
		if diff := cmp.Diff([]string{"u a b a! c", "v b a c!"}, got); diff != "" {
			t.Errorf("dictionary %v: %s", dictionary, diff)
		}
	}
}

func TestHistoriesOfWrongBatches(t *testing.T) {
	broken := errors.New("connection lost")
	integer := arrow.NewSchema([]arrow.Field{{Name: "unit_id", Type: arrow.PrimitiveTypes.Int64}}, nil)
	strange := arrow.NewSchema([]arrow.Field{{Name: "weather", Type: arrow.BinaryTypes.String}}, nil)
	few := arrow.NewSchema([]arrow.Field{{Name: "unit_id", Type: arrow.BinaryTypes.String}}, nil)
	for want, batches := range map[string]iter.Seq2[arrow.Record, error]{
		"connection lost":                    inTurn([]arrow.Record{stepsOf(false, "u a 0 0", "v a 0 0")}, broken),
		"unit_id is int64: cannot be read":   inTurn([]arrow.Record{array.NewRecordBuilder(memory.DefaultAllocator, integer).NewRecord()}, nil),
		"weather is none of a step's":        inTurn([]arrow.Record{array.NewRecordBuilder(memory.DefaultAllocator, strange).NewRecord()}, nil),
		"need the columns unit_id, name and": inTurn([]arrow.Record{array.NewRecordBuilder(memory.DefaultAllocator, few).NewRecord()}, nil),
	} {
		var last error
		var seen []path.History
		for h, err := range historiesOf(batches, nil, 0) {
			if last = err; err == nil {
				seen = append(seen, h)
			}
		}
		if last == nil || !strings.Contains(last.Error(), want) || len(seen) > 1 {
			t.Errorf("got %v after %d histories, want %q", last, len(seen), want)
		}
	}
}
