package chdb

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// columnTypes are all that the product's tables use and most others.
var columnTypes = []string{
	"Bool", "Int8", "Int16", "Int32", "Int64", "Int128", "Int256", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128", "UInt256",
	"Float32", "Float64", "Decimal(9, 2)", "Decimal(18, 4)", "Decimal(38, 10)", "Decimal(76, 20)",
	"String", "FixedString(5)", "Date", "Date32", "DateTime", "DateTime('Asia/Tokyo')", "DateTime64(3, 'UTC')", "DateTime64(6)",
	"UUID", "IPv4", "IPv6", "Enum8('a' = 1, 'b, (c)' = 2)", "Enum16('x' = 1000)",
	"Array(UInt8)", "Array(Array(String))", "Array(Nullable(Int32))", "Nullable(String)", "Nullable(DateTime64(3, 'UTC'))",
	"LowCardinality(String)", "LowCardinality(Nullable(String))", "Array(LowCardinality(String))",
	"Map(String, UInt64)", "Map(LowCardinality(String), Array(UInt8))", "Tuple(UInt8, String)",
	"Tuple(a UInt8, b Array(Nullable(String)))", "Array(Tuple(n String, d Decimal(18, 4)))", "Point", "Polygon",
	"SimpleAggregateFunction(sum, UInt64)",
}

func typesTable(t *testing.T, s *Server, name string, rows int) {
	t.Helper()
	var structure []string
	for i, ty := range columnTypes {
		structure = append(structure, "c"+strconv.Itoa(i)+" "+ty)
	}
	list := strings.Join(structure, ", ")
	ask(t, s, "CREATE TABLE "+name+" ("+list+") ENGINE = MergeTree ORDER BY tuple()")
	if rows > 0 {
		var random []string
		for i, ty := range columnTypes {
			// generateRandom refuses these two and takes what they are made of.
			ty = strings.NewReplacer("SimpleAggregateFunction(sum, UInt64)", "UInt64", "Polygon", "Array(Array(Tuple(Float64, Float64)))").Replace(ty)
			if ty == "Point" {
				ty = "Tuple(Float64, Float64)"
			}
			random = append(random, "c"+strconv.Itoa(i)+" "+ty)
		}
		ask(t, s, "INSERT INTO "+name+" SELECT * FROM generateRandom("+quote(strings.Join(random, ", "))+", 1, 10, 3) WHERE position(toString(tuple(*)), 'nan') = 0 LIMIT "+strconv.Itoa(rows), // NaN equals nothing

			"allow_suspicious_low_cardinality_types=1", "max_block_size=1000")
	}
}

// Every type goes through clickhouse-go and back, and the tables are equal.
func TestColumnTypes(t *testing.T) {
	s := start(t)
	typesTable(t, s, "a", 3000)
	typesTable(t, s, "b", 0)
	db := open(t, s)
	rows, err := db.Query(t.Context(), "SELECT * FROM a")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := db.PrepareBatch(t.Context(), "INSERT INTO b")
	if err != nil {
		t.Fatal(err)
	}
	types := rows.ColumnTypes()
	for i, ty := range types {
		if got := ty.DatabaseTypeName(); got != columnTypes[i] && strings.Contains(columnTypes[i], "Date") {
			t.Errorf("type %s arrived as %s", columnTypes[i], got)
		}
	}
	for rows.Next() {
		values := make([]any, len(types))
		for i, ty := range types {
			values[i] = reflect.New(ty.ScanType()).Interface()
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i := range values {
			values[i] = reflect.ValueOf(values[i]).Elem().Interface()
		}
		if err := batch.Append(values...); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(rows.Err(), rows.Close(), batch.Send()); err != nil {
		t.Fatal(err)
	}
	for i, ty := range columnTypes {
		c := "c" + strconv.Itoa(i)
		sum := "SELECT count(), groupBitXor(cityHash64(rowNumberInAllBlocks(), toString(" + c + "))) FROM "
		want, got := ask(t, s, sum+"a"), ask(t, s, sum+"b")
		if got != want {
			t.Errorf("%s: %q, want %q", ty, got, want)
		}
	}
}

// A later revision of Native decodes to the same columns as revision 0, for
// every type, in any reads that the pipe may give.
func TestNativeRevisions(t *testing.T) {
	s := start(t)
	typesTable(t, s, "a", 3000)
	plain := ask(t, s, "SELECT * FROM a FORMAT Native")
	for _, revision := range []uint64{54405, 54460} {
		want := decodeNative(t, []byte(plain), 0)
		r := send(t, s, http.MethodPost, "SELECT * FROM a FORMAT Native", nil, "client_protocol_version="+strconv.FormatUint(revision, 10))
		if r.status != 200 {
			t.Fatal(r.body)
		}
		got := decodeNative(t, []byte(r.body), revision)
		if len(got) != len(want) {
			t.Fatalf("revision %d: %d rows, want %d", revision, len(got), len(want))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("revision %d, row %d: %v, want %v", revision, i, got[i], want[i])
			}
		}
	}
}

// decodeNative returns rows; a DateTime's zone doesn't count here.
func decodeNative(t *testing.T, b []byte, revision uint64) (rows [][]any) {
	t.Helper()
	r := chproto.NewReader(bytes.NewReader(b))
	for {
		block := proto.NewBlock()
		if err := block.Decode(r, revision); err != nil {
			if errors.Is(err, io.EOF) {
				return rows
			}
			t.Fatal(err)
		}
		for i := range block.Rows() {
			row := make([]any, len(block.Columns))
			for c, col := range block.Columns {
				row[c] = col.Row(i, false)
				if strings.HasPrefix(columnTypes[c], "DateTime(") {
					row[c] = nil
				}
			}
			rows = append(rows, row)
		}
	}
}

// The walk over a block's bytes must agree with itself however they arrive.
func TestNativeInSmallReads(t *testing.T) {
	s := start(t)
	typesTable(t, s, "a", 50)
	plain := []byte(ask(t, s, "SELECT * FROM a FORMAT Native"))
	rewrite := func(r io.Reader) string {
		var out bytes.Buffer
		n := newNative(r, 54460, func() ([]string, error) { return nil, nil })
		for {
			err := n.copyBlock(&out)
			if errors.Is(err, io.EOF) {
				return out.String()
			}
			if err != nil {
				t.Fatal(err)
			}
			if n.slow != nil {
				t.Fatal("a type was decoded that needn't be")
			}
		}
	}
	if a, b := rewrite(bytes.NewReader(plain)), rewrite(oneByte{bytes.NewReader(plain)}); a != b {
		t.Error("the result depends on the reads")
	}
	for _, cut := range []int{1, len(plain) / 2, len(plain) - 1} {
		n := newNative(bytes.NewReader(plain[:cut]), 54460, func() ([]string, error) { return nil, nil })
		var err error
		for err == nil {
			err = n.copyBlock(io.Discard)
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:1]) }

// JSON, Dynamic and Variant take the slow way.
func TestSemiStructured(t *testing.T) {
	s := start(t)
	db := open(t, s, func(o *clickhouse.Options) { o.Settings = clickhouse.Settings{"allow_suspicious_types_in_order_by": 1} })
	ask(t, s, "CREATE TABLE j (id UInt64, p JSON, v Variant(UInt64, String), d Dynamic) ENGINE = MergeTree ORDER BY id")
	insert(t, s, "INSERT INTO j FORMAT JSONEachRow", []byte(`{"id":1,"p":{"a":{"b":1},"c":[1,2],"d":"x"},"v":"s","d":1}
{"id":2,"p":{"a":{"b":2},"e":1.5},"v":7,"d":"y"}`))
	var rows []struct {
		ID uint64          `ch:"id"`
		P  clickhouse.JSON `ch:"p"`
	}
	if err := db.Select(t.Context(), &rows, "SELECT id, p FROM j ORDER BY id"); err != nil {
		t.Fatal(err)
	}
	if v, ok := rows[1].P.ValueAtPath("a.b"); !ok || len(rows) != 2 || reflect.ValueOf(v).Kind() == reflect.Invalid {
		t.Errorf("%v %v", v, rows)
	}
	var p string
	if err := db.QueryRow(t.Context(), "SELECT p FROM j WHERE id = 1 SETTINGS output_format_native_write_json_as_string = 1").Scan(&p); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p, `"b"`) {
		t.Error(p)
	}
	var v clickhouse.Variant
	var d clickhouse.Dynamic
	if err := db.QueryRow(t.Context(), "SELECT v, d FROM j WHERE id = 2").Scan(&v, &d); err != nil {
		t.Fatal(err)
	}
	if v.Any() != uint64(7) || d.Any() != "y" {
		t.Errorf("%v %v", v.Any(), d.Any())
	}
}
