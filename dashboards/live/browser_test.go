//go:build browser

package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// These tests look at the pages as people do, in Chromium, and need it and axe-core, which the step "pages in a browser" of
// .ci/run installs:
//
//	FUNNELCLOUD_AXE=…/axe.min.js go test -tags browser -run Browser ./dashboards/live
//
// FUNNELCLOUD_SCREENSHOTS names a folder that then gets pictures of every page at three widths.

// chromium is the browser: FUNNELCLOUD_BROWSER, or what the PATH has.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("FUNNELCLOUD_BROWSER"), "chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); name != "" && err == nil {
			return found
		}
	}
	t.Fatal("these tests need Chromium: install it (Debian: apt-get install chromium), or name one in FUNNELCLOUD_BROWSER")
	return ""
}

func axe(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(os.Getenv("FUNNELCLOUD_AXE"))
	if err != nil {
		t.Fatalf("these tests need axe-core: npm install --no-save --prefix FOLDER axe-core@4.11.0, then FUNNELCLOUD_AXE=FOLDER/node_modules/axe-core/axe.min.js: %v", err)
	}
	return string(text)
}

// tab is an open page of the browser that notes what goes wrong on it.
type tab struct {
	context.Context
	lock   sync.Mutex
	faults []string
}

func browser(t testing.TB) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(context.WithoutCancel(t.Context()), chromedp.WithAllocatorOptions(chromedp.ExecPath(chromium(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("hide-scrollbars", true)))
	t.Cleanup(cancel)
	b := &tab{Context: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	return b
}

// note keeps what the console, a script or the page's policy complains of.
func (b *tab) note(event any) {
	fault := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		fault = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			fault += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			fault = fmt.Sprint(e.Type)
			for _, a := range e.Args {
				fault += " " + string(a.Value) + a.Description
			}
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			fault = e.Entry.Text + " " + e.Entry.URL
		}
	}
	if fault == "" {
		return
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	b.faults = append(b.faults, fault)
}

// noted are the faults since it was last asked.
func (b *tab) noted() []string {
	b.lock.Lock()
	defer b.lock.Unlock()
	faults := b.faults
	b.faults = nil
	return faults
}

// patient is how long a step may take on a busy machine.
const patient = 2 * time.Minute

func (b *tab) run(t testing.TB, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b, patient)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask runs an action that answers.
func ask[T any](t testing.TB, b *tab, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b, patient)
	defer cancel()
	answer, err := chromedp.Run(ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// script evaluates JavaScript, and waits for what it promises.
func script[T any](t testing.TB, b *tab, text string) T {
	t.Helper()
	return ask(t, b, chromedp.Evaluate[T](text, chromedp.EvalAwaitPromise))
}

func ready(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitReady(chromedp.CSS(selector))
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return err
	})
}

// written is a report in a file, as a browser opens it.
func written(t testing.TB, o report.Options) (address string) {
	t.Helper()
	return writtenFrom(t, report.QueryOf(fixture.Shared(t)), o)
}

func writtenFrom(t testing.TB, query report.Query, o report.Options) (address string) {
	t.Helper()
	var b bytes.Buffer
	if err := report.Write(t.Context(), &b, query, o); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
}

// addresses are those of all kinds of pages, by name.
func addresses(t testing.TB, server string) map[string]string {
	t.Helper()
	query := report.QueryOf(fixture.Shared(t))
	all := map[string]string{
		"report": written(t, report.Options{Company: "Café <&> Söhne", Now: fixture.End}), "front": server + "/",
		"credited": server + "/credited?by=channel&value=Email", "nothing": server + "/nothing",
	}
	for _, s := range report.Sections() {
		all[s.ID] = server + "/" + s.ID
	}
	for name, sql := range map[string]string{
		"conversion": "SELECT conversion_id FROM attribution_ledger WHERE unit_kind = 'person' AND touch_id != '' ORDER BY touches DESC, conversion_id LIMIT 1",
		"person":     "SELECT unit_id FROM conversation_leads WHERE unit_kind = 'person' ORDER BY unit_id LIMIT 1",
		"account":    "SELECT account_id FROM accounts ORDER BY account_id LIMIT 1",
		"event":      "SELECT touch_id FROM touchpoints ORDER BY touch_id LIMIT 1",
	} {
		_, rows, err := query(t.Context(), sql, nil, nil)
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s: %v, %d rows", name, err, len(rows))
		}
		all[name] = server + "/" + name + "?id=" + url.QueryEscape(fmt.Sprint(rows[0][0]))
	}
	return all
}

// No page complains in the console, breaks its own policy, or keeps somebody with a screen reader or a keyboard out.
func TestBrowserFindsNoFault(t *testing.T) {
	server := httptest.NewServer(handler(t, report.QueryOf(fixture.Shared(t))))
	defer server.Close()
	b, library := browser(t), axe(t)
	for name, address := range addresses(t, server.URL) {
		b.run(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address), ready("footer"))
		for _, colors := range []string{"light", "dark"} {
			b.run(t, scheme(colors)) // charts are drawn anew when it changes
			for _, fault := range b.noted() {
				if name != "nothing" { // whose status is one
					t.Errorf("%s, %s: %s", name, colors, fault)
				}
			}
			for _, v := range violations(t, b, library) {
				t.Errorf("%s, %s: %s (%s): %s", name, colors, v.ID, v.Impact, strings.Join(v.Places, "\n\t"))
			}
		}
	}
}

type violation struct {
	ID, Impact string
	Places     []string
}

// violations are what axe-core calls serious or critical.
func violations(t testing.TB, b *tab, library string) (bad []violation) {
	t.Helper()
	script[int](t, b, "if (!window.axe) {"+library+"}; 0")
	text := script[string](t, b, `document.querySelectorAll('details').forEach((d) => { d.open = true; });
		axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations.map((v) => ({
			ID: v.id, Impact: v.impact, Places: v.nodes.slice(0, 4).map((n) => n.target.join(' ') + ': ' + n.failureSummary.replaceAll('\n', ' ')) }))))`)
	var all []violation
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Impact == "serious" || v.Impact == "critical" {
			bad = append(bad, v)
		}
	}
	return bad
}

// axe must be able to find something, or the test above says nothing.
func TestBrowserNoticesPlantedFaults(t *testing.T) {
	b, library := browser(t), axe(t)
	b.run(t, chromedp.Navigate("data:text/html,"+url.PathEscape(`<html lang="en"><title>x</title><main><h1>x</h1><img src="data:,"><input><p style="color:#ccc">pale</p></main><script>console.error('planted')</script>`)))
	found := map[string]bool{}
	for _, v := range violations(t, b, library) {
		found[v.ID] = true
	}
	if !found["image-alt"] || !found["label"] || !found["color-contrast"] {
		t.Errorf("of a picture without text, a field without label and pale letters, axe found %v", found)
	}
	if faults := b.noted(); len(faults) == 0 || !strings.Contains(strings.Join(faults, " "), "planted") {
		t.Errorf("an error in the console was not noticed: %q", faults)
	}
}

// A page fits its window from a phone to a wide screen: nothing but tables and graphs in their own boxes scrolls sideways.
func TestBrowserPagesFitTheirWindow(t *testing.T) {
	server := httptest.NewServer(handler(t, report.QueryOf(fixture.Shared(t))))
	defer server.Close()
	b := browser(t)
	for name, address := range addresses(t, server.URL) {
		fits(t, b, name, address)
	}
}

// fits looks at a page in windows of three widths.
func fits(t testing.TB, b *tab, name, address string) {
	t.Helper()
	for _, width := range []int64{390, 1280, 1920} {
		b.run(t, chromedp.EmulateViewport(width, 900), scheme("light"), chromedp.Navigate(address), ready("footer"))
		if wide := script[int64](t, b, `document.documentElement.scrollWidth`); wide > width {
			t.Errorf("%s is %d wide in a window of %d", name, wide, width)
		}
		if folder := os.Getenv("FUNNELCLOUD_SCREENSHOTS"); folder != "" {
			shoot(t, b, filepath.Join(folder, fmt.Sprintf("%s-%d.png", name, width)))
		}
	}
}

func shoot(t testing.TB, b *tab, file string) {
	t.Helper()
	if err := os.WriteFile(file, ask(t, b, chromedp.FullScreenshot(100)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Refunds, gifts, names of any length and script and 500 channels fit, too, on the pages and in the file.
func TestBrowserPagesFitOddData(t *testing.T) {
	db := queriestest.New(t)
	fixture.Load(t, db)
	fixture.Odd(t, db)
	query := report.QueryOf(db)
	server := httptest.NewServer(handler(t, query))
	defer server.Close()
	b := browser(t)
	for name, address := range map[string]string{
		"odd-report": writtenFrom(t, query, report.Options{Company: "חברה 🏢 " + fixture.LongName}), "odd-front": server.URL + "/", "odd-credit": server.URL + "/credit",
		"odd-day": server.URL + "/?from=2026-03-29&to=2026-03-29&zone=Europe/Berlin", "odd-credited": server.URL + "/credited?by=channel&value=" + url.QueryEscape(fixture.OddName),
	} {
		fits(t, b, name, address)
		for _, fault := range b.noted() {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// What the page says is what the tables say.
func TestBrowserShowsWhatSQLSays(t *testing.T) {
	query := report.QueryOf(fixture.Shared(t))
	server := httptest.NewServer(handler(t, query))
	defer server.Close()
	_, rows, err := query(t.Context(), `SELECT toString(channel), sum(weight), uniqExact(conversion_id), toFloat64(sum(credited_value)) FROM attribution_ledger
		WHERE unit_kind = 'person' AND conversion_type = 'won' AND model = 'linear' GROUP BY channel ORDER BY sum(weight) DESC`, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := browser(t)
	b.run(t, chromedp.Navigate(server.URL+"/?model=linear"), ready("footer"))
	shown := script[[][]string](t, b, `[...document.querySelectorAll('table.credit tbody tr')].map((r) => [r.cells[0].textContent, r.cells[4].textContent])`)
	if len(shown) == 0 {
		t.Fatal("no credit on the front page")
	}
	credit := map[string]string{}
	for _, row := range rows {
		credit[fmt.Sprint(row[0])] = strings.TrimSuffix(fmt.Sprintf("%.1f", row[1]), ".0")
	}
	for _, line := range shown {
		if credit[line[0]] != line[1] {
			t.Errorf("the page credits %s with %s, the ledger with %s", line[0], line[1], credit[line[0]])
		}
	}
	// From a channel to its conversions, by clicking: as many as the ledger has.
	b.run(t, chromedp.Click(chromedp.CSS(`table.credit tbody th a`)), ready("#credited"), ready("footer"))
	count := script[int](t, b, `document.querySelectorAll('#credited tbody tr').length`)
	for _, row := range rows {
		if row[0] == shown[0][0] && fmt.Sprint(row[2]) != fmt.Sprint(count) {
			t.Errorf("%s has %d conversions on the page, %v in the ledger", shown[0][0], count, row[2])
		}
	}
}

// Tables sort by keyboard, charts become pictures, choices go into the address.
func TestBrowserPagesCanBeWorked(t *testing.T) {
	server := httptest.NewServer(handler(t, report.QueryOf(fixture.Shared(t))))
	defer server.Close()
	b := browser(t)
	b.run(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+"/credit"), ready("#attribution-4 table"),
		chromedp.Focus(chromedp.CSS(`#attribution-4 th:nth-child(2) button`)), chromedp.KeyEvent("\r"), chromedp.KeyEvent("\r"))
	sorted := script[string](t, b, `document.querySelector('#attribution-4 th:nth-child(2)').getAttribute('aria-sort')`)
	values := script[[]float64](t, b, `[...document.querySelectorAll('#attribution-4 tbody tr')].map((r) => Number(r.cells[1].dataset.sort))`)
	if sorted != "ascending" || len(values) < 3 {
		t.Errorf("two presses sort %d rows %q, want ascending", len(values), sorted)
	}
	for i := 1; i < len(values); i++ {
		if values[i] < values[i-1] {
			t.Errorf("row %d has %v after %v", i, values[i], values[i-1])
		}
	}
	for _, place := range []string{"/credit#attribution-6", "/paths#paths-2"} {
		name, id, _ := strings.Cut(place, "#")
		b.run(t, chromedp.Navigate(server.URL+name), ready("#"+id+" .save"))
		size := script[int](t, b, `new Promise((resolve, reject) => {
			HTMLAnchorElement.prototype.click = function () {
				const image = new Image();
				image.onload = () => resolve(image.width * image.height);
				image.onerror = reject;
				image.src = this.href;
			};
			document.querySelector('#`+id+` .save').click(); })`)
		if size < 640*200 {
			t.Errorf("%s: a picture of %d pixels", place, size)
		}
	}
	b.run(t, chromedp.Navigate(server.URL+"/"), chromedp.SetValue(chromedp.CSS(`select[name=model]`), "linear"), chromedp.Click(chromedp.CSS(`form.pick button`)),
		chromedp.WaitVisible(chromedp.CSS(`footer`)), ready(`select[name=model] option[selected]:nth-child(3)`))
	address := ask(t, b, chromedp.Location())
	if !strings.Contains(address, "model=linear") {
		t.Errorf("the address is %s after a choice", address)
	}
}

// An open page tells that ClickHouse is away, and that it is back.
func TestBrowserTellsWhenClickHouseIsAway(t *testing.T) {
	query := report.QueryOf(fixture.Shared(t))
	var away atomic.Bool
	server := httptest.NewServer(handler(t, func(ctx context.Context, sql string, params map[string]any, filters map[string]string) ([]string, [][]any, error) {
		if away.Load() {
			return nil, nil, errors.New("connect: connection refused")
		}
		return query(ctx, sql, params, filters)
	}))
	defer server.Close()
	b := browser(t)
	look := func() { script[bool](t, b, `document.dispatchEvent(new Event('visibilitychange'))`) }
	b.run(t, chromedp.Navigate(server.URL+"/conversions"), ready("footer"))
	away.Store(true)
	look()
	b.run(t, chromedp.WaitVisible(chromedp.CSS(`#news:not(:empty)`)))
	says := script[string](t, b, `document.querySelector('#news').textContent`)
	if !strings.Contains(says, "ClickHouse is away") {
		t.Errorf("an open page says %q", says)
	}
	away.Store(false)
	look()
	b.run(t, chromedp.WaitNotPresent(chromedp.CSS(`#news:not(:empty)`)))
	away.Store(true)
	b.run(t, chromedp.Navigate(server.URL+"/conversions"), ready(`body[data-away]`))
	away.Store(false)
	b.run(t, ready(`#attribution-11 table`)) // by itself
}

// The report prints: a PDF with its charts.
func TestBrowserPrintsTheReport(t *testing.T) {
	b := browser(t)
	b.run(t, chromedp.Navigate(written(t, report.Options{})), ready("footer"))
	pdf := ask(t, b, chromedp.PrintToPDF())
	if !bytes.HasPrefix(pdf, []byte("%PDF")) || len(pdf) < 100_000 {
		t.Errorf("%d bytes that start with %.10q", len(pdf), pdf)
	}
	if folder := os.Getenv("FUNNELCLOUD_SCREENSHOTS"); folder != "" {
		if err := os.WriteFile(filepath.Join(folder, "report.pdf"), pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
