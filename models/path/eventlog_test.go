package path_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/path"
)

var columns = path.LogColumns{Case: "case", Activity: "activity", Time: "time"}

// readLog reads a log's cases as trails of their activities.
func readLog(r io.Reader, columns path.LogColumns) ([]path.Trail, error) {
	histories, err := path.ReadHistories(r, columns, nil)
	trails := make([]path.Trail, len(histories))
	for i, h := range histories {
		trails[i].UnitID = h.UnitID
		for _, e := range h.Events {
			trails[i].Visits = append(trails[i].Visits, path.Visit{State: e.Name, At: e.At})
		}
	}
	return trails, err
}

func TestReadHistoriesOrdersStepsByTimeThenLine(t *testing.T) {
	const log = "\ufefftime;case;activity\n" +
		"2026-01-02 10:00:00;b;\"two; parts\"\n" +
		"2026-01-01T10:00:00+02:00;b;first\n" +
		"2026-01-02 10:00:00;b;tied\n" +
		"1767225600;a;\"a \"\"quoted\"\"\nname 🎈\"\n"
	trails, err := readLog(strings.NewReader(log), columns)
	if err != nil {
		t.Fatal(err)
	}
	if len(trails) != 2 || trails[0].UnitID != "a" || trails[1].UnitID != "b" {
		t.Fatalf("cases: %+v", trails)
	}
	if got := trails[0].Visits[0].State; got != "a \"quoted\"\nname 🎈" {
		t.Errorf("activity %q", got)
	}
	var order []string
	for _, v := range trails[1].Visits {
		order = append(order, v.State)
	}
	if got := strings.Join(order, "|"); got != "first|two; parts|tied" {
		t.Errorf("order %s", got)
	}
	if got := trails[1].Visits[0].At.Format("15:04"); got != "08:00" {
		t.Errorf("a time with a zone was read as %s UTC", got)
	}
}

func TestReadHistoriesNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ log, want string }{
		{"", "no header line"},
		{"a,b,c\n1,2,3\n", `no column "case"; there are a, b, c`},
		{"case,activity,time\nx,y,soon\n", `line 2: column time: not a time: "soon"`},
		{"case,activity,time\nx,y\n", "line 2"},
	} {
		_, err := readLog(strings.NewReader(c.log), columns)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: want an error with %q, got %v", c.log, c.want, err)
		}
	}
}

func TestReadHistoriesOfSepsis(t *testing.T) {
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "datasets", "sepsis", "sepsis_events.csv.gz"))
	if os.IsNotExist(err) {
		t.Log("not tested on real data: the Sepsis log is absent")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	trails, err := readLog(text, path.LogColumns{Case: "case_id", Activity: "activity", Time: "timestamp"})
	if err != nil {
		t.Fatal(err)
	}
	b := path.NewBuilder(path.Options{})
	for _, trail := range trails {
		b.Add(trail)
	}
	loops := uint64(0)
	for _, edge := range b.Graph() {
		if edge.From == edge.To {
			loops += edge.Transitions
		}
	}
	if b.Units() != 1050 || len(b.Variants(0)) != 846 || loops != 1034 {
		t.Errorf("%d cases, %d variants, %d self-loops; want 1050, 846, 1034", b.Units(), len(b.Variants(0)), loops)
	}
}

func FuzzReadHistories(f *testing.F) {
	f.Add("case,activity,time\na,b,2026-01-01\n")
	f.Add("case;activity;time\n\"a\";\"b\";1\n")
	f.Fuzz(func(t *testing.T, text string) {
		trails, err := readLog(strings.NewReader(text), columns)
		if err != nil {
			return
		}
		for _, trail := range trails {
			for i := 1; i < len(trail.Visits); i++ {
				if trail.Visits[i].At.Before(trail.Visits[i-1].At) {
					t.Fatalf("case %q goes back in time", trail.UnitID)
				}
			}
		}
	})
}

func TestReadHistories(t *testing.T) {
	log := "time;who;what;plan\n2026-01-02;1;b;\n2026-01-01;1;a;\"free \U0001F98A; \"\"quoted\"\"\"\n2026-01-01;0;a;paid\n"
	columns := path.LogColumns{Case: "who", Activity: "what", Time: "time"}
	got, err := path.ReadHistories(strings.NewReader(log), columns, []string{"plan"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].UnitID != "0" || got[1].Events[0].Properties["plan"] != "free \U0001F98A; \"quoted\"" || got[1].Events[1].Name != "b" {
		t.Errorf("%+v", got)
	}
	if _, err := path.ReadHistories(strings.NewReader(log), columns, []string{"price"}); err == nil || !strings.Contains(err.Error(), `no column "price"`) {
		t.Errorf("%v", err)
	}
}
