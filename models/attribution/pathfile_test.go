package attribution_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// pathsOf are the rows of columns as text.
func pathsOf(pieces []attribution.Columns) (all []string) {
	for _, c := range pieces {
		all = append(all, pathsOfPiece(c)...)
	}
	return all
}

func pathsOfPiece(c attribution.Columns) (all []string) {
	from := int32(0)
	for j, until := range c.Ends {
		var names []string
		for _, id := range c.Touches[from:until] {
			names = append(names, c.Channels[id])
		}
		from = until
		conversions, nulls := c.Counts(j)
		row := fmt.Sprint(strings.Join(names, "|"), " ", conversions, " ", nulls)
		if c.Values != nil {
			row += fmt.Sprint(" ", c.Values[j])
		}
		all = append(all, row)
	}
	return all
}

func TestReadColumns(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		layout attribution.PathColumns
		want   []string
	}{
		"quotes": {
			"\ufeffworth,null,total,route\n10.5,3,2,A > B > A\n\n,1,,\"Paid, Search>B\"\r\n-5,1e2,1,\"> A >>\"\"x\ny\"\"\"\n1,1,1,C",
			attribution.PathColumns{Path: "route", Conversions: "total", Nulls: "null", Value: "worth"},
			[]string{"A|B|A 2 3 10.5", "Paid, Search|B 0 1 0", "A|\"x\ny\" 1 100 -5", "C 1 1 1"},
		},
		"ChannelAttribution's example": {
			"path;total_conversions;total_conversion_value;total_null\neta > iota;1;0.244;3\n",
			attribution.PathColumns{}, []string{"eta|iota 1 3 0.244"},
		},
		"one row a journey": {
			"journey\tconverted\tvalue\nA->long name of a channel\tyes\t5\nB\tFalse\t\nB->A\t\t\n",
			attribution.PathColumns{Separator: "->", Journeys: true}, []string{"A|long name of a channel 1 0 5", "B 0 1 0", "B|A 0 1 0"},
		},
		"blanks between channels": {
			"path,conversions,nulls\nA B  A,1,0\n", attribution.PathColumns{Separator: " "}, []string{"A|B|A 1 0"},
		},
		"capital letters": {"Path,CONVERSIONS,Nulls\nA,1,2\n", attribution.PathColumns{}, []string{"A 1 2"}},
		"no rows":         {"path,conversions\n", attribution.PathColumns{}, nil},
	} {
		got, _, err := attribution.ReadColumns(strings.NewReader(c.file), c.layout)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, pathsOf(got)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestReadColumnsNamesWhatIsWrong(t *testing.T) {
	long := "path,n\n" + strings.Repeat("A>B,1\n", 400_000) // several blocks
	for _, c := range []struct{ file, want string }{
		{"", "no header line"},
		{"route,n\nA,1\n", `no column "path"; there are route, n`},
		{"path,n\nA,1\nA,many\n", `line 3: column n: not a count: "many"`},
		{"path,n\nA,-1\n", `line 2: column n: not a count: "-1"`},
		{"path,n\nA,NaN\n", `not a count: "NaN"`},
		{"path,n\nA,inf\n", `not a count: "inf"`},
		{"path;n;value\nA;1;1,5\n", `column value: not a number, with a point before its decimals: "1,5"`},
		{"path,n,n\nA,1,2\n", `two columns are called "n"`},
		{"path,n\n >,1\n", "line 2: column path: no channel"},
		{"path,n\nA\n", "line 2: 1 cells, but the header has 2"},
		{"path,n\nA,1,2\n", "line 2: more cells than the 2 of the header"},
		{"path,n\n\nA\"\",1\n", "line 3: a quote within a cell"},
		{"path,n\n\"A,1\n", "line 2: a quote is left open"},
		{"path,n\n\"A\nB\",1\n\"A\"B,1\n", `line 4: text after the quoted cell "A"`},
		{long + "A>B,x\n", "line 400002: column n"},
	} {
		_, _, err := attribution.ReadColumns(strings.NewReader(c.file), attribution.PathColumns{Path: "path", Conversions: "n"})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: want an error with %q, got %v", c.file, c.want, err)
		}
	}
	_, _, err := attribution.ReadColumns(strings.NewReader("path,n\nA,maybe\n"), attribution.PathColumns{Conversions: "n", Journeys: true})
	if err == nil || !strings.Contains(err.Error(), "doesn't say whether the journey converted") {
		t.Errorf("a journey that may have converted: %v", err)
	}
	cut := io.MultiReader(strings.NewReader("path,n\nA,1\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, _, err := attribution.ReadColumns(cut, attribution.PathColumns{Conversions: "n"}); err == nil {
		t.Error("a file that is cut off is read as if it were whole")
	}
}

// The reader agrees with encoding/csv on whatever either can write, however the text comes.
func TestReadColumnsAgreesWithCSV(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	names := []string{"Email", "Paid, Search", "x", "a \"b\"", "a channel with a long name", "a channel with another name", "Zoë", "two\nlines"}
	var text strings.Builder
	w := csv.NewWriter(&text)
	_ = w.Write([]string{"id", "path", "conversions", "nulls"})
	var want []string
	for i := range 60_000 {
		var path []string
		for range 1 + random.IntN(6) {
			path = append(path, names[random.IntN(len(names))])
		}
		n := random.IntN(100)
		_ = w.Write([]string{fmt.Sprint("row, ", i), strings.Join(path, " > "), fmt.Sprint(n), fmt.Sprint(n / 2)})
		want = append(want, fmt.Sprint(strings.Join(path, "|"), " ", n, " ", n/2))
	}
	w.Flush()
	for name, r := range map[string]io.Reader{
		"at once": strings.NewReader(text.String()), "in halves": iotest.HalfReader(strings.NewReader(text.String())),
	} {
		c, _, err := attribution.ReadColumns(r, attribution.PathColumns{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, pathsOf(c)); diff != "" {
			t.Errorf("%s: %.2000s", name, diff)
		}
	}
}

func FuzzReadColumns(f *testing.F) {
	f.Add("path,conversions,nulls\nA > B,1,2\n\"A\",,\n")
	f.Add("path;conversions;value\r\n\"A\n>\"\"\";1;-2.5\r\n")
	f.Add("conversions,path\n1,A>>B")
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := attribution.ReadColumns(strings.NewReader(text), attribution.PathColumns{})
		if err != nil {
			return
		}
		if _, err := attribution.NewSampleOfColumns(c...); err != nil {
			t.Errorf("%q is read as columns that are none: %v", text, err)
		}
	})
}
