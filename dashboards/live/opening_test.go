//go:build browser

package live

import (
	"net/url"
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
)

// The report in a file opens at once however long it is: it stays small, and only charts about to be seen are drawn. How long that
// takes is logged, for docs/speed.md; FUNNELCLOUD_REPORT=file:///… asks it of another report.
func TestBrowserOpensTheReportAtOnce(t *testing.T) {
	const most = 5_000_000
	b := browser(t)
	address := os.Getenv("FUNNELCLOUD_REPORT")
	if address == "" {
		address = written(t, report.Options{})
	}
	file, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(file.Path)
	if err != nil {
		t.Fatal(err)
	}
	if stat.Size() > most {
		t.Errorf("the file has %d bytes, want %d at most", stat.Size(), int64(most))
	}
	b.run(t, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address), ready("[data-chart]"))
	charts := script[int](t, b, `document.querySelectorAll('[data-chart]').length`)
	drawn := func() int { return script[int](t, b, `document.querySelectorAll('[data-chart] svg').length`) }
	before := drawn()
	if charts == 0 || before == charts {
		t.Errorf("%d of %d charts are drawn before anybody scrolls", before, charts)
	}
	t.Log(stat.Size(), "bytes, milliseconds:", script[string](t, b, `(() => { const n = performance.getEntriesByType('navigation')[0];
		return JSON.stringify({ interactive: n.domInteractive, contentLoaded: n.domContentLoadedEventEnd, load: n.loadEventEnd,
			paints: performance.getEntriesByType('paint').map((p) => [p.name, p.startTime]) }); })()`))
	last := `[...document.querySelectorAll('figure:not(details figure) [data-chart]')].pop()`
	script[bool](t, b, last+`.scrollIntoView(), new Promise((done) => { const look = () => `+last+`.querySelector('svg') ? done(true) : requestAnimationFrame(look); look(); })`)
	if after := drawn(); after <= before {
		t.Errorf("%d charts are drawn after scrolling to the last, %d before", after, before)
	}
}
