package attribution_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

func TestReadPaths(t *testing.T) {
	const file = "\ufeffpath,total,null,worth\n" +
		"A > B > A,2,3,10.5\n" +
		"\"Paid, Search>B\",,1,\n"
	got, err := attribution.ReadPaths(strings.NewReader(file), attribution.PathColumns{
		Path: "path", Conversions: "total", Nulls: "null", Value: "worth", Separator: ">"})
	if err != nil {
		t.Fatal(err)
	}
	want := []attribution.Path{
		{Channels: []string{"A", "B", "A"}, Conversions: 2, Nulls: 3, Value: 10.5},
		{Channels: []string{"Paid, Search", "B"}, Nulls: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadPathsNamesWhatIsWrong(t *testing.T) {
	columns := attribution.PathColumns{Path: "path", Conversions: "n", Separator: ">"}
	for _, c := range []struct{ file, want string }{
		{"", "no header line"},
		{"route,n\nA,1\n", `no column "path"; there are route, n`},
		{"path,n\nA,1\nA,many\n", `line 3: column n: not a count: "many"`},
		{"path,n\nA,-1\n", `line 2: column n: not a count: "-1"`},
		{"path,n\nA,NaN\n", `not a count: "NaN"`},
		{"path,n\n >,1\n", "line 2: column path: no channel"},
		{"path,n\nA\n", "line 2"},
	} {
		_, err := attribution.ReadPaths(strings.NewReader(c.file), columns)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: want an error with %q, got %v", c.file, c.want, err)
		}
	}
}
