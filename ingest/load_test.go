package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

// rowsOf reads a file's rows as Load would produce them.
func rowsOf(r io.Reader, o LoadOptions) ([]string, error) {
	text, err := Unpacked(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = text.Close() }()
	rows, err := o.rows(newLoadReader(text))
	if err != nil {
		return nil, err
	}
	var out []string
	for row, err := range rows {
		if err != nil {
			return out, err
		}
		out = append(out, string(row))
	}
	return out, nil
}

func TestRowsOfFiles(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	cases := []struct {
		name, file, text string
		want             []string
	}{
		{"csv", "a.csv", "a,b\n1,\"two \"\"2\"\"\nlines\"\n\n3,\n", []string{`{"a":"1","b":"two \"2\"\u000alines"}`, `{"a":"3","b":""}`}},
		{"csv with a mark, semicolons and CRLF", "a.csv", "\ufeffa;b\r\n1;2\r\n", []string{`{"a":"1","b":"2"}`}},
		{"tabs", "a.tsv", "a\tb\n1\t2", []string{`{"a":"1","b":"2"}`}},
		{"too few and too many fields", "a.csv", "a,b\n3\n1,2,\"x\"\"\"\n1,2\n", []string{`"3"`, `"1","2","x"""`, `{"a":"1","b":"2"}`}},
		{"header alone", "a.csv", "a,b\n", nil},
		{"nothing", "", "", nil},
		{"lines, good and bad", "a.jsonl", "{\"a\":1}\n\n  \nnonsense\r\n{\"a\":2}", []string{`{"a":1}`, `nonsense`, `{"a":2}`}},
		{"a long line", "a.ndjson", `{"a":"` + long + `"}` + "\n{}\n", []string{`{"a":"` + long + `"}`, `{}`}},
		{"lines by looking", "-", `{"a":1}` + "\n" + `{"a":2}`, []string{`{"a":1}`, `{"a":2}`}},
		{"array", "a.json", "[{\"a\":1},\n {\"a\":\n2}]\n", []string{`{"a":1}`, "{\"a\":\n2}"}},
		{"array by looking", "", `[{"a":1}]`, []string{`{"a":1}`}},
		{"values over several lines", "a.json", "{\n\"a\":1}\n{\"a\":2}", []string{"{\n\"a\":1}", `{"a":2}`}},
		{"csv by looking", "", "a,b\n1,2\n", []string{`{"a":"1","b":"2"}`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for packing, pack := range packings {
				got, err := rowsOf(iotest.HalfReader(bytes.NewReader(pack(t, c.text))), LoadOptions{Name: c.file})
				if err != nil {
					t.Fatalf("%s: %v", packing, err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", packing, diff)
				}
			}
		})
	}
}

var packings = map[string]func(*testing.T, string) []byte{
	"plain": func(_ *testing.T, s string) []byte { return []byte(s) },
	"gzip": func(t *testing.T, s string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := io.WriteString(w, s); err != nil || w.Close() != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	},
	"zstd": func(t *testing.T, s string) []byte {
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll([]byte(s), nil)
	},
}

func TestFilesThatCannotBeRead(t *testing.T) {
	cases := []struct{ name, file, text, want string }{
		{"open quote", "a.csv", "a,b\n1,\"2\n", "line 2"},
		{"two columns of one name", "a.csv", "a,a\n1,2\n", "two columns"},
		{"a column without a name", "a.csv", "a,,c\n1,2,3\n", "column 2 has no name"},
		{"broken value", "a.json", `{"a":1} {"a":`, "value 2"},
		{"array not closed", "a.json", `[{"a":1},`, "value 2"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := rowsOf(strings.NewReader(c.text), LoadOptions{Name: c.file})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to name %q", err, c.want)
			}
		})
	}
}

func TestALoadThatBreaksOffSaysWhereAndWhatWasLoaded(t *testing.T) {
	from := sourceNamed(t, "eventlog")
	s := newStack(t, from)
	text := "case_id,activity,timestamp\nA,x,2024-01-01\nB,y,2024-01-02\nC,\"z\n"
	stats, err := Load(t.Context(), strings.NewReader(text), LoadOptions{Brokers: s.brokers(), Source: from, Name: "log.csv"})
	if err == nil || !strings.Contains(err.Error(), "load log.csv: 2 messages are in Kafka: parse error on line 4") || stats.Messages != 2 {
		t.Errorf("%+v, %v", stats, err)
	}
	s.drain()
	s.expect("events", "SELECT count() FROM events", 2)
}

// A row of another number of fields costs nothing but itself.
func TestARowOfTheWrongLengthIsADeadLetter(t *testing.T) {
	from := sourceNamed(t, "eventlog")
	s := newStack(t, from)
	text := "case_id,activity,timestamp\nA,x,2024-01-01\nC\nC,D\nC,D,E,F\n{}\nB,y,2024-01-02\n"
	stats, err := Load(t.Context(), strings.NewReader(text), LoadOptions{Brokers: s.brokers(), Source: from, Name: "log.csv"})
	if err != nil || stats.Messages != 6 {
		t.Fatalf("%+v, %v", stats, err)
	}
	s.drain()
	s.expect("events", "SELECT count() FROM events", 2)
	want := []string{`"C"`, `"C","D"`, `"C","D","E","F"`, `"{}"`}
	if got := s.texts("SELECT raw FROM events_rejected ORDER BY raw"); !slices.Equal(got, want) {
		t.Errorf("rejected %q, want %q", got, want)
	}
}

func TestALoadIsABackfill(t *testing.T) {
	from := sourceNamed(t, "segment")
	s := newStack(t, from)
	text := `{"messageId":"m","type":"track","event":"X","userId":"u","timestamp":"2020-01-01T00:00:00Z","sentAt":"2020-01-01T00:00:01Z"}`
	var last LoadStats
	o := LoadOptions{Brokers: s.brokers(), Source: from, Progress: func(p LoadStats) { last = p }}
	if _, err := Load(t.Context(), strings.NewReader(text), o); err != nil {
		t.Fatal(err)
	}
	if last.Messages != 1 || last.Read != int64(len(text)) {
		t.Errorf("progress %+v", last)
	}
	s.drain()
	if got := s.texts("SELECT toString(event_ts) FROM events"); !slices.Equal(got, []string{"2020-01-01 00:00:00.000"}) {
		t.Errorf("event of 2020 is dated %v", got)
	}
}

// The rows of an enriched stream have no header: the first counts like the others, and none is taken for CSV.
func TestALoadOfAnEnrichedStream(t *testing.T) {
	s := newStack(t, sourceNamed(t, "snowplow_enriched"))
	row := make([]string, 131)
	row[5], row[6], row[12], row[3] = "page_view", "e-1", "u-1", "2026-01-02 03:04:05.000"
	text := strings.Join(row, "\t") + "\ncut\toff\n"
	if loaded, err := Load(t.Context(), strings.NewReader(text), LoadOptions{Brokers: s.brokers(), Source: s.sources[0], Name: "enriched.tsv"}); err != nil || loaded.Messages != 2 {
		t.Fatalf("%+v: %v", loaded, err)
	}
	s.drain()
	s.expect("events", "SELECT count() FROM events_deduplicated WHERE event_id = 'e-1'", 1)
	s.expect("dead letters", "SELECT count() FROM dead_letters WHERE reason = 'invalid_tsv'", 1)
}

func TestProduceToATopicThatIsNotThere(t *testing.T) {
	s := newStack(t, sourceNamed(t, "segment"))
	_, err := Produce(t.Context(), s.brokers(), keyed("nowhere", []string{"{}"}), nil)
	if err == nil || !strings.Contains(err.Error(), "topic nowhere does not exist") {
		t.Errorf("got %v", err)
	}
}

func FuzzCSVRowsAreJSON(f *testing.F) {
	f.Add("a,b\n1,\"x\ty\"\n")
	f.Add("a\n\u2028\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, _ := rowsOf(strings.NewReader(text), LoadOptions{Format: "csv"})
		for _, row := range rows {
			if !strings.HasPrefix(row, "{") { // of another length than the header
				continue
			}
			var decoded map[string]string
			if err := json.Unmarshal([]byte(row), &decoded); err != nil {
				t.Fatal(fmt.Errorf("%q: %w", row, err))
			}
		}
	})
}
