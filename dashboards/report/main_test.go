package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

// loaded reads the fixture's run.
func loaded(t *testing.T) Query {
	t.Helper()
	return QueryOf(fixture.Shared(t))
}

func written(t *testing.T, query Query, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(t.Context(), &b, query, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportHoldsEverySection(t *testing.T) {
	html := written(t, loaded(t), Options{Company: "Café <&> Söhne", Now: fixture.End})
	for _, want := range []string{
		"Café &lt;&amp;&gt; Söhne", "2026-01-06 to 2026-07-05", "Simulated company", "run 7 dev", "written 2026-07-05 00:00 UTC",
		"brings most:", "the models disagree most", "followed the drawn funnel", "data checks fail", "the truth is known",
		`id="credit"`, `id="waterfall"`, `id="paths"`, `id="pipeline"`, `id="trace"`, "no_touch_in_window", "(remaining: ",
		`<svg viewBox="0 0 `, `class="back"`, "funnelcloud explain conversion person:won:person-", "sum(weight), sum(credited_value)",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if len(html) > 2<<20 {
		t.Errorf("%d bytes, want a file that can be mailed", len(html))
	}
	for _, bad := range []string{"NaN", "Inf", "ZgotmplZ", "%!", "<nil>", "${"} {
		if page := withoutLibrary(html); strings.Contains(page, bad) {
			at := strings.Index(page, bad)
			t.Errorf("%q is on the page: …%s…", bad, page[max(0, at-80):min(len(page), at+80)])
		}
	}
}

// withoutLibrary is the page without its scripts.
func withoutLibrary(html string) string {
	return regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(html, "")
}

// Nothing on the page may make a browser ask anybody. The library is left out: it can open a window with a picture of a
// chart, when its toolbox is on, and the policy forbids it the rest.
func TestReportAsksNoNetwork(t *testing.T) {
	library, err := assets.ReadFile("assets/echarts.common.min.js")
	if err != nil {
		t.Fatal(err)
	}
	html := strings.Replace(written(t, loaded(t), Options{}), string(library), "", 1)
	if faults := fetches(html); len(faults) > 0 {
		t.Errorf("the page fetches %q", faults)
	}
	if !strings.Contains(html, `content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"`) {
		t.Error("no policy that forbids the browser to fetch")
	}
	for _, planted := range []string{
		`<script src="https://cdn.example/x.js"></script>`, `<img src=//x.example/a.png>`, `<link rel="stylesheet" href="http://x.example/a.css">`,
		`<style>@import "https://x.example/a.css"</style>`, `<style>a{background:url(https://x.example/a.png)}</style>`, `<script>fetch("https://x.example")</script>`,
		`<iframe src='https://x.example'></iframe>`, `<script src="local.js"></script>`, `<link rel=icon href=favicon.ico>`,
	} {
		if len(fetches(planted)) == 0 {
			t.Errorf("%s isn't noticed", planted)
		}
	}
}

var fetching = []*regexp.Regexp{
	regexp.MustCompile(`(?i)<(script|img|iframe|audio|video|source|embed|object|track)\b[^>]*\b(src|srcset|data)\s*=`),
	regexp.MustCompile(`(?i)<link\b`),
	regexp.MustCompile(`(?i)@import|url\(\s*["']?(https?:|//)`),
	regexp.MustCompile(`\b(fetch|importScripts|import)\(|XMLHttpRequest|EventSource|WebSocket|sendBeacon`),
	regexp.MustCompile(`(?i)\bhref\s*=\s*["']?(https?:|//)`),
}

func fetches(html string) (all []string) {
	for _, pattern := range fetching {
		all = append(all, pattern.FindAllString(html, -1)...)
	}
	return all
}

func TestTheSameDataMakeTheSameReport(t *testing.T) {
	query := loaded(t)
	// How old a row is changes from one second to the next.
	age := regexp.MustCompile(`data-sort="[0-9.]+">[0-9.,]+ (days|h|min|s)<`)
	a, b := written(t, query, Options{}), written(t, query, Options{})
	if age.ReplaceAllString(a, "") != age.ReplaceAllString(b, "") {
		t.Error("two reports on the same data differ")
	}
}

func TestReportWithoutData(t *testing.T) {
	html := written(t, QueryOf(queriestest.New(t)), Options{Company: "New"})
	if !strings.Contains(html, "There is nothing to report yet") || !strings.Contains(html, "funnelcloud run") {
		t.Error("an empty report must say that it is empty, and what to do")
	}
	if strings.Contains(html, "<figure") || len(html) > 50_000 {
		t.Errorf("an empty report of %d bytes has figures or the chart library", len(html))
	}
}

// A period is compared with the one before it, and a report on one day is a report.
func TestReportOnAPeriodIsComparedWithTheOneBefore(t *testing.T) {
	query := loaded(t)
	middle := fixture.Start.AddDate(0, 3, 0)
	html := withoutLibrary(written(t, query, Options{From: middle, To: fixture.End}))
	for _, want := range []string{middle.Format("2006-01-02") + " to ", "gainst the period before", `id="overview-5"`, `id="afterwin-1"`, "within chance"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
	day := withoutLibrary(written(t, query, Options{From: middle, To: middle.Add(24*time.Hour - time.Second)}))
	for _, bad := range []string{"NaN", "Inf ", "%!", "${"} {
		if strings.Contains(day, bad) || strings.Contains(html, bad) {
			t.Errorf("%q is on the page", bad)
		}
	}
}

// Whatever customers are called and pay: a refund is negative, nothing paid is nothing, and a name in another script stays.
func TestReportWithOddNamesAndAmounts(t *testing.T) {
	db := queriestest.New(t)
	fixture.Load(t, db)
	fixture.Odd(t, db)
	file := written(t, QueryOf(db), Options{Company: "חברה 🏢 " + fixture.LongName})
	html := withoutLibrary(file)
	for _, want := range []string{fixture.OddName, "−250", fixture.LongName, "חברה 🏢", "more stand in the table", "more channels stand under Changes"} {
		if !strings.Contains(html, want) {
			t.Errorf("%.40q is missing", want)
		}
	}
	if !regexp.MustCompile(`\(\d{3} others\)`).MatchString(file) {
		t.Error("no chart of hundreds of channels adds up those it can't show")
	}
	if len(file) > 5<<20 {
		t.Errorf("a report on 500 channels has %d bytes, too many to mail", len(file))
	}
	for _, bad := range []string{"NaN", "Inf ", "%!"} {
		if strings.Contains(html, bad) {
			t.Errorf("%q is on the page", bad)
		}
	}
}

// A published run may hold nothing in the chosen period: every figure says so, and none is NaN.
func TestReportOnAPeriodWithoutConversions(t *testing.T) {
	query := loaded(t)
	html := withoutLibrary(written(t, query, Options{From: fixture.Start.AddDate(-1, 0, 0), To: fixture.Start.AddDate(0, -6, 0)}))
	for _, want := range []string{"No won conversion of any person in the period.", "No conversions of this type in the period.", "No unit entered a stage in the period."} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(html, "NaN") || strings.Contains(html, "Inf ") {
		t.Error("NaN or Inf on the page")
	}
}

func TestReportByAnotherModel(t *testing.T) {
	query := loaded(t)
	if html := written(t, query, Options{Model: "last"}); !strings.Contains(html, "How much does last credit each channel?") || !strings.Contains(html, "of the conversions by last.") {
		t.Error("the chosen model isn't the one that is shown")
	}
	for _, o := range []Options{{Model: "psychic"}, {ConversionType: "nirvana"}} {
		var b bytes.Buffer
		if err := Write(t.Context(), &b, query, o); err == nil || !strings.Contains(err.Error(), "published run (") || b.Len() > 0 {
			t.Errorf("%+v: error %v and %d bytes, want an error that lists the choices and nothing written", o, err, b.Len())
		}
	}
}

func TestReportFailsWhenAStatementDoes(t *testing.T) {
	query := loaded(t)
	broken := func(ctx context.Context, sql string, params map[string]any, filters map[string]string) ([]string, [][]any, error) {
		if strings.Contains(sql, "path_variants") {
			return nil, nil, errors.New("connection reset")
		}
		return query(ctx, sql, params, filters)
	}
	var b bytes.Buffer
	err := Write(t.Context(), &b, broken, Options{})
	if err == nil || !strings.Contains(err.Error(), "panel paths-3: connection reset") || b.Len() > 0 {
		t.Errorf("error %v and %d bytes written", err, b.Len())
	}
}

// What ClickHouse refuses is missing from the report, which says so; the rest stands.
func TestReportWithoutAMart(t *testing.T) {
	query := loaded(t)
	missing := func(ctx context.Context, sql string, params map[string]any, filters map[string]string) ([]string, [][]any, error) {
		return query(ctx, strings.ReplaceAll(sql, "FROM path_variants", "FROM no_such_mart"), params, filters)
	}
	html := withoutLibrary(written(t, missing, Options{}))
	for _, want := range []string{"ClickHouse can't say", "no_such_mart", "is missing: ClickHouse refused its statement", "brings most:", `id="credit"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestReportFailsWhenItCannotBeWritten(t *testing.T) {
	if err := Write(t.Context(), full{}, QueryOf(queriestest.New(t)), Options{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v", err)
	}
}

func TestAPeriodThatEndsBeforeItStartsIsRefused(t *testing.T) {
	if err := Write(t.Context(), full{}, loaded(t), Options{From: fixture.End, To: fixture.Start}); err == nil || !strings.Contains(err.Error(), "before it starts") {
		t.Errorf("error %v", err)
	}
}

// Names come from whoever sends events: none may break out of its place.
func TestHostileNamesStayText(t *testing.T) {
	evil := `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&`
	f := &Figure{ID: "x-1", Title: evil, Kind: "chart", Data: frame{[]string{evil, "n"}, [][]any{{evil, 1.}}}}
	f.Chart = f.bars()
	nodes := frame{[]string{"id", "mainstat"}, [][]any{{evil, 1.}}}
	edges := frame{[]string{"source", "target", "mainstat"}, [][]any{{evil, evil, 1.}}}
	g := &Figure{ID: "x-2", Title: "graph", Kind: "graph", Graph: drawGraph(nodes, edges), Data: edges}
	p := &Page{Company: evil, Conversion: evil, Model: evil, Findings: []Finding{{What: evil}}, Sections: []Section{{ID: "x", Title: evil, Figures: []*Figure{f, g}}}}
	var b bytes.Buffer
	if err := render(&b, p); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<script>alert") || strings.Contains(b.String(), "<img src=x") {
		t.Error("a name became markup")
	}
	if strings.Count(b.String(), "</script>") != 3 {
		t.Errorf("%d scripts end, want 3", strings.Count(b.String(), "</script>"))
	}
}

func TestTimesBefore1971AreNone(t *testing.T) {
	if v := plain(time.Unix(0, 0), time.UTC); v != nil {
		t.Errorf("the start of 1970 became %v", v)
	}
	at := fixture.Start
	if v := plain(&at, time.UTC); v != at {
		t.Errorf("%v became %v", at, v)
	}
}

// The library is the file of its npm package, byte for byte: echarts 6.1.0, dist/echarts.common.min.js.
func TestLibraryIsAsPublished(t *testing.T) {
	library, err := assets.ReadFile("assets/echarts.common.min.js")
	if err != nil {
		t.Fatal(err)
	}
	const want = "61f13280aba3161f77fc801bf5f9c786f55f10432153a0683fc5cc0700b013d5"
	if sum := sha256.Sum256(library); hex.EncodeToString(sum[:]) != want {
		t.Errorf("its SHA-256 is %x, want %s; a new version needs docs/adr and its licences beside it, too", sum, want)
	}
	for _, name := range []string{"assets/echarts.LICENSE", "assets/echarts.NOTICE", "assets/echarts.LICENSE-d3"} {
		if text, err := os.ReadFile(name); err != nil || len(text) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
