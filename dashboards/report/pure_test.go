package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

func TestWriteValues(t *testing.T) {
	for _, c := range []struct {
		value any
		unit  string
		dec   int
		want  string
	}{
		{nil, "locale", 0, ""}, {"x", "locale", 0, "x"}, {true, "locale", 0, "true"}, {.2456, "percentunit", 1, "24.6 %"},
		{1234567.0, "locale", 0, "1,234,567"}, {999.0, "locale", 0, "999"}, {1000.0, "locale", 2, "1,000"}, {1234.5, "locale", 2, "1,234.5"},
		{-1234.5, "locale", 1, "−1,234.5"}, {-.001, "locale", 1, "0"}, {0.0, "locale", 1, "0"}, {211070.0, "short", 1, "211.1 K"}, {12.0, "short", 1, "12"},
		{2.5e6, "short", 1, "2.5 M"}, {20.46, "d", 1, "20.5 days"}, {.3, "s", 2, "300 ms"}, {90.0, "s", 0, "1.5 min"}, {7200.0, "s", 0, "2 h"},
		{172800.0, "s", 0, "2 days"}, {math.NaN(), "locale", 0, ""}, {math.Inf(1), "percentunit", 0, ""}, {19.8, "cps", 0, "20/s"},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "locale", 0, "2026-01-02 03:04:05"},
	} {
		if got := write(c.value, dashboards.Format{Unit: c.unit, Decimals: c.dec}); got != c.want {
			t.Errorf("%v as %s with %d decimals is %q, want %q", c.value, c.unit, c.dec, got, c.want)
		}
	}
}

func TestPercentInWords(t *testing.T) {
	for x, want := range map[float64]string{.2612: "26 %", .044: "4.4 %", .05: "5 %", 1: "100 %", 0: "0 %", .0996: "10 %"} {
		if got := percent(x); got != want {
			t.Errorf("%v is %q, want %q", x, got, want)
		}
	}
}

func TestPivotAsGrafanaGroupsToMatrix(t *testing.T) {
	long := frame{[]string{"model", "channel", "share"}, [][]any{{"a", "x", 1.}, {"b", "x", 2.}, {"b", "y", 3.}, {"a", "z", 4.}}}
	want := frame{[]string{"model", "x", "y", "z"}, [][]any{{"a", 1., nil, 4.}, {"b", 2., 3., nil}}}
	if diff := cmp.Diff(want, long.pivot(dashboards.Matrix{Row: "model", Column: "channel", Value: "share"})); diff != "" {
		t.Error(diff)
	}
}

func TestPlainTakesWhatDriversGive(t *testing.T) {
	n, s := uint64(7), "x"
	var none *float64
	for _, c := range []struct{ in, want any }{{&n, 7.}, {int8(-3), -3.}, {float32(1.5), 1.5}, {&s, "x"}, {none, nil}, {nil, nil}, {true, true}, {[]string{"a"}, "[a]"}} {
		if got := plain(c.in, time.UTC); got != c.want {
			t.Errorf("%v became %v, want %v", c.in, got, c.want)
		}
	}
}

func TestGraphPutsWaysBackBelowTheLine(t *testing.T) {
	nodes := frame{[]string{"id", "mainstat"}, [][]any{{"won", 5.}, {"inquiry", 9.}, {"nurture", 2.}, {"(open)", 1.}, {"zebra", 1.}}}
	edges := frame{[]string{"source", "target", "mainstat", "secondarystat"}, [][]any{
		{"inquiry", "won", 5., 2.}, {"nurture", "inquiry", 2., 9.}, {"inquiry", "inquiry", 1., 1.}, {"inquiry", "nowhere", 1., 1.}}}
	svg := string(drawGraph(nodes, edges))
	for class, want := range map[string]int{`class="forward"`: 1, `class="back"`: 1, `class="loop"`: 1, "<rect": 5} {
		if got := strings.Count(svg, class); got != want {
			t.Errorf("%d of %s, want %d", got, class, want)
		}
	}
	if diff := cmp.Diff([]string{"inquiry", "won", "nurture", "zebra", "(open)"}, order(nodes.texts("id"))); diff != "" {
		t.Error(diff)
	}
	if drawGraph(nodes, frame{}) != "" {
		t.Error("a graph without edges is drawn")
	}
}

func pageWith(id string, f frame) *Page {
	return &Page{Unit: "person", Model: "markov_1", Conversion: "won", figures: map[string]*Figure{id: {ID: id, Data: f}}}
}

func TestFindingSaysWhetherTheOrderIsChance(t *testing.T) {
	columns := []string{"Channel", "Share", "from", "to"}
	apart := pageWith(creditID, frame{columns, [][]any{{"Email", .5, .45, .55}, {"Direct", .3, .25, .35}}})
	if f, ok := bringer(apart); !ok || !strings.Contains(f.Sure, "No other channel's interval reaches it") {
		t.Errorf("%+v", f)
	}
	near := pageWith(creditID, frame{columns, [][]any{{"Email", .5, .40, .6}, {"Direct", .45, .35, .55}}})
	if f, ok := bringer(near); !ok || !strings.Contains(f.Sure, "their order may be chance") {
		t.Errorf("%+v", f)
	}
	alone := pageWith(creditID, frame{columns, [][]any{{"Email", .9, .8, 1.}, {"(unattributed)", .1, 0., .2}}})
	if f, ok := bringer(alone); !ok || f.Sure != "95 % interval 80 % to 100 %." {
		t.Errorf("%+v", f)
	}
	few := frame{columns, [][]any{{"Email", .42, nil, nil}, {"Direct", .33, nil, nil}}}
	if f, ok := bringer(pageWith(creditID, few)); !ok || !strings.HasPrefix(f.Sure, "Too few conversions") {
		t.Errorf("%+v", f)
	}
	if line := creditLines(few)[0]; line.Range != "" || line.Share != "42 %" {
		t.Errorf("a channel without an interval: %+v", line)
	}
	if _, ok := bringer(&Page{}); ok {
		t.Error("a finding on nothing")
	}
}

func TestFindingComparesRoutesWithTheirChance(t *testing.T) {
	columns := []string{"First qualified by", "Units", "Win rate"}
	f, _ := route(pageWith("waterfall-6", frame{columns, [][]any{{"PQL", 1000., .3}, {"CQL", 20., .4}}}))
	if !strings.Contains(f.Sure, "CQL wins more often (40 %)") || !strings.Contains(f.Sure, "within chance") {
		t.Errorf("%+v", f)
	}
	f, _ = route(pageWith("waterfall-6", frame{columns, [][]any{{"PQL", 1000., .3}, {"CQL", 2000., .4}}}))
	if strings.Contains(f.Sure, "within chance") {
		t.Errorf("%+v", f)
	}
}

func TestFindingOnRepliesSaysWhatTheFigureSays(t *testing.T) {
	columns := []string{"Requests", "Within 5 minutes", "Never answered"}
	if f, ok := speed(pageWith("overview-10", frame{columns, [][]any{{200., .9, .012}}})); !ok || f.What != "90 % of requests are answered within 5 minutes, 1.2 % never." {
		t.Errorf("%+v", f)
	}
	if f, ok := speed(pageWith("overview-10", frame{columns, [][]any{{3., nil, nil}}})); ok {
		t.Errorf("a finding on requests that are all too young: %+v", f)
	}
}

// With equal distance the models keep their order; the truth is no model.
func TestFindingRanksModelsByTheTruth(t *testing.T) {
	p := pageWith("attribution-2", frame{[]string{"model", "x", "y"}, [][]any{{"truth", .5, .5}, {"last", .9, .1}, {"linear", .6, .4}}})
	f, ok := reality(p, frame{[]string{"Share"}, [][]any{{.31}}})
	if !ok || !strings.Contains(f.What, "linear comes closest, off by 10 points a channel; last is off by 40") || !strings.HasPrefix(f.Sure, "31 % of the conversions would have come") {
		t.Errorf("%+v", f)
	}
	if _, ok := reality(pageWith("attribution-2", frame{[]string{"model", "x"}, [][]any{{"last", 1.}}}), frame{}); ok {
		t.Error("a comparison with a truth that isn't there")
	}
}

func TestFindingOnTrust(t *testing.T) {
	p := pageWith("pipeline-9", frame{[]string{"Check", "Result"}, [][]any{{"a", "pass"}, {"b", "pass"}}})
	if f, serious := trust(p); serious || !strings.Contains(f.What, "all 2 data checks pass") {
		t.Errorf("%+v", f)
	}
	p.figures["pipeline-9"].Data.Rows[1][1] = "fail"
	if f, serious := trust(p); !serious || !strings.Contains(f.What, "1 of 2 data checks fail") {
		t.Errorf("%+v", f)
	}
	// A few refused messages are told, and don't stand first.
	p = pageWith("pipeline-1", frame{[]string{"Messages", "Rejected"}, [][]any{{10_000., 26.}}})
	if f, serious := trust(p); serious || !strings.Contains(f.What, "26 of 10,000 messages were refused") {
		t.Errorf("%+v", f)
	}
}

func TestChartsHoldWhatCanBeRead(t *testing.T) {
	f := &Figure{ID: "x-1", Kind: "chart", Data: frame{Columns: []string{"Channel"}}}
	for i := range 40 {
		f.Data.Columns = append(f.Data.Columns, fmt.Sprint("series ", i))
	}
	total := 0.
	for i := range 500 {
		row := []any{fmt.Sprint("channel ", i)}
		for j := range 40 {
			row = append(row, float64(i%7*j))
			if i < mostCategories {
				total += float64(i % 7 * j)
			}
		}
		f.Data.Rows = append(f.Data.Rows, row)
	}
	c := f.bars()
	if len(c.Categories) != mostCategories || c.Left != 500-mostCategories || len(c.Series) != mostSeries {
		t.Fatalf("%d categories, %d left out, %d series", len(c.Categories), c.Left, len(c.Series))
	}
	sum := 0.
	for _, s := range c.Series {
		if len(s.Data) != mostCategories {
			t.Errorf("%s has %d values", s.Name, len(s.Data))
		}
		for _, v := range s.Data {
			sum += v.(float64)
		}
	}
	if math.Abs(sum-total) > 1e-6 {
		t.Errorf("the chart adds up to %v, its rows to %v", sum, total)
	}
	if c.Series[0].Name != "series 39" || c.Series[mostSeries-1].Name != "(25 others)" {
		t.Errorf("the first series is %q, the last %q", c.Series[0].Name, c.Series[mostSeries-1].Name)
	}
}

func TestSignsAndScripts(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{writeNumber(-.124, dashboards.Format{Unit: "percentunit", Decimals: 1}), "−12.4 %"},
		{writeNumber(-.0001, dashboards.Format{Unit: "percentunit", Decimals: 1}), "0.0 %"},
		{writeNumber(-1.5, dashboards.Format{Unit: "d", Decimals: 1}), "−1.5 days"},
		{duration(-90), "−1.5 min"},
		{brief(-211_070, 1), "−211.1 K"},
		{isolated("Email"), "Email"},
		{isolated("שיווק"), "\u2068שיווק\u2069"},
		{span("0 % last", "32.8 % last non direct"), "0–32.8 %"},
		{span("", "1 % last"), ""},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// A line of credit stays on its scale whatever the shares are.
func TestCreditLinesStayOnTheirScale(t *testing.T) {
	columns := []string{"Channel", "Share", "from", "to", "Conversions"}
	for _, rows := range [][][]any{
		{{"a", .5, .4, .6, 5.}, {"b", .1, 0., .2, 1.}}, {{"only", 1., 1., 1., 1.}}, {{"nothing", 0., nil, nil, 0.}}, {{"refund", -.2, -.3, -.1, -1.}, {"b", 1.2, 1., 1.4, 6.}}, nil,
	} {
		for _, l := range creditLines(frame{columns, rows}) {
			if l.At < 0 || l.At > 100 || l.From < 0 || l.To > 100 {
				t.Errorf("%v: %+v", rows, l)
			}
		}
	}
}

func TestRecentIsTheLastQuarterOrHalf(t *testing.T) {
	until := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]int{0: 0, 1: 0, 10: 5, 100: 50, 180: 90, 1000: 90} {
		got := recentFrom(until.AddDate(0, 0, -days), until)
		if hours := until.Sub(got).Hours(); int(hours/24) != want {
			t.Errorf("of %d days the last %v hours, want %d days", days, hours, want)
		}
	}
}

func TestColumnsThatHoldNothingAreLeftOut(t *testing.T) {
	f := &Figure{Data: frame{[]string{"a", "b", "c", "d"}, [][]any{{"x", nil, "", 0.}, {"", nil, "", 1.}}}}
	f.WithoutEmpty()
	if diff := cmp.Diff(frame{[]string{"a", "d"}, [][]any{{"x", 0.}, {"", 1.}}}, f.Data); diff != "" {
		t.Error(diff)
	}
	f = &Figure{Data: frame{[]string{"a"}, nil}}
	if f.WithoutEmpty(); len(f.Data.Columns) != 1 {
		t.Error("a table without rows lost its columns")
	}
}

func TestTitlesHaveRoomForALongName(t *testing.T) {
	for company, want := range map[string]string{
		"": "What brings", "Café": "Café: what brings", strings.Repeat("ש", 60): strings.Repeat("ש", 60) + ": what", strings.Repeat("ש", 61): strings.Repeat("ש", 60) + "…: what",
	} {
		if got := (&Page{Company: company}).Title(); !strings.HasPrefix(got, want) {
			t.Errorf("the title of %q is %q, want %q…", company, got, want)
		}
	}
}
