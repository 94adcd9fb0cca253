package live

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

var href = regexp.MustCompile(`href="(/[^"]*)"`)

func links(body string) (all []string) {
	for _, m := range href.FindAllStringSubmatch(body, -1) {
		address, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
		all = append(all, address)
	}
	return all
}

// Whoever follows the links of a page comes to pages that answer: figures, conversions, people, touches, events.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	h := handler(t, report.QueryOf(fixture.Shared(t)))
	seen := map[string]int{}
	queue := []string{"/"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		status, body := get(t, h, address)
		if status != http.StatusOK {
			t.Errorf("%s: status %d", address, status)
		}
		for _, bad := range []string{"NaN", "Inf ", "ZgotmplZ", "%!", "<nil>", "${", "can't say"} {
			if at := strings.Index(body, bad); at >= 0 {
				t.Errorf("%s: %q is on the page: …%s…", address, bad, body[max(0, at-80):min(len(body), at+80)])
			}
		}
		for _, next := range links(body) {
			path, query, _ := strings.Cut(next, "?")
			if strings.HasPrefix(path, "/assets/") || strings.Contains(query, "from=") {
				continue
			}
			if seen[path]++; seen[path] <= 1 { // one page of each kind
				queue = append(queue, next)
			}
		}
	}
	for _, want := range []string{"/", "/credit", "/credited", "/conversion", "/person", "/account", "/event", "/calls", "/pipeline"} {
		if seen[want] == 0 {
			t.Errorf("no link leads to %s", want)
		}
	}
}

// The conversions behind a channel add up to the credit that the ledger gives it.
func TestCreditedConversionsAddUpToTheFigure(t *testing.T) {
	db := fixture.Shared(t)
	_, rows, err := db.TableText(t.Context(), "SELECT sum(weight), uniqExact(conversion_id) FROM attribution_ledger WHERE unit_kind = 'person' AND conversion_type = 'won' AND model = 'linear' AND channel = 'Email'", nil)
	if err != nil {
		t.Fatal(err)
	}
	status, body := get(t, handler(t, report.QueryOf(db)), "/credited?by=channel&value=Email&model=linear")
	if want := fmt.Sprintf("%d conversions, with %.2f of credit by linear", rows[0][1], rows[0][0]); status != http.StatusOK || !strings.Contains(body, want) {
		t.Errorf("status %d, and the page doesn't say %q", status, want)
	}
}

// So do those behind a campaign, named as the panel names it.
func TestCreditedCampaignsAddUpToTheFigure(t *testing.T) {
	h := handler(t, report.QueryOf(fixture.Shared(t)))
	_, body := get(t, h, "/credit?model=linear&dimension=campaign")
	row := regexp.MustCompile(`(?s)<a href="(/credited\?by=campaign[^"]*value=spring-digest[^"]*)">spring-digest</a></td><td>[^<]*</td><td class="right" data-sort="([0-9.]+)">`).FindStringSubmatch(body)
	if row == nil {
		t.Fatal("no campaign spring-digest on the page")
	}
	credit, err := strconv.ParseFloat(row[2], 64)
	if err != nil {
		t.Fatal(err)
	}
	if _, body = get(t, h, html.UnescapeString(row[1])); !strings.Contains(body, fmt.Sprintf("with %.2f of credit by linear", credit)) {
		t.Errorf("the conversions behind spring-digest don't add up to %.2f", credit)
	}
}

// The page of an account has all that the dashboard says of one, of this account alone, whatever the segment.
func TestAnAccountsPageShowsThatAccount(t *testing.T) {
	db := fixture.Shared(t)
	_, rows, err := db.TableText(t.Context(), "SELECT account_id, count(), min(person_id) FROM persons WHERE account_id != '' AND record = '' GROUP BY account_id ORDER BY count() DESC, account_id LIMIT 1", nil)
	if err != nil || len(rows) == 0 {
		t.Fatalf("no account with people: %v", err)
	}
	id, people, person := fmt.Sprint(rows[0][0]), fmt.Sprint(rows[0][1]), fmt.Sprint(rows[0][2])
	h := handler(t, report.QueryOf(db))
	for _, choices := range []string{"", "&unit=account", "&segment=plan:nobody-has-it"} {
		status, body := get(t, h, "/account?id="+url.QueryEscape(id)+choices)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d", choices, status)
		}
		for panel := 1; panel <= 11; panel++ {
			if !strings.Contains(body, fmt.Sprintf(`<figure id="accounts-%d"`, panel)) {
				t.Errorf("%s: no panel %d", choices, panel)
			}
		}
		group := figureOf(body, "accounts-3")
		if got := fmt.Sprint(strings.Count(group, "<tr>") - 1); got != people {
			t.Errorf("%s: %s people in the buying group, the table of persons has %s", choices, got, people)
		}
		if !strings.Contains(group, `href="/person?id=`+url.QueryEscape(person)) {
			t.Errorf("%s: the buying group doesn't lead to %s", choices, person)
		}
	}
}

// A request that still waits has waited since it was asked, not for no time.
func TestARequestWaitsSinceItWasAsked(t *testing.T) {
	db := fixture.Shared(t)
	_, rows, err := db.TableText(t.Context(), "SELECT unit_id FROM requests WHERE unit_kind = 'account' AND status = 'waiting' ORDER BY requested_at, unit_id LIMIT 1", nil)
	if err != nil || len(rows) == 0 {
		t.Fatalf("no account waits for a reply: %v", err)
	}
	_, body := get(t, handler(t, report.QueryOf(db)), "/account?id="+url.QueryEscape(fmt.Sprint(rows[0][0])))
	_, open, _ := strings.Cut(figureOf(body, "accounts-9"), "<tbody>")
	open, _, _ = strings.Cut(open, "</tr>") // it stands first, and its reply has no time
	if !regexp.MustCompile(`data-sort="[1-9]`).MatchString(open) {
		t.Errorf("the oldest open request has waited for no time: %s", open)
	}
}

// figureOf is the markup of one figure.
func figureOf(body, id string) string {
	_, after, _ := strings.Cut(body, `<figure id="`+id+`"`)
	figure, _, _ := strings.Cut(after, "</figure>")
	return figure
}

// An address holds all choices, and every link of the page carries them on.
func TestChoicesStayInTheAddress(t *testing.T) {
	h := handler(t, report.QueryOf(fixture.Shared(t)))
	status, body := get(t, h, "/credit?from=2026-02-01&to=2026-03-31&unit=person&model=linear&dimension=source&zone=Europe%2FBerlin")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{"2026-02-01 to 2026-03-31", "Europe/Berlin", "<option selected>linear</option>", `value="person" selected`, `value="source" selected`} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, link := range links(body) {
		address, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(address.Path, "/assets/") {
			continue
		}
		if got := chosen(address.Query()); got.Unit != "person" || got.Model != "linear" || got.Zone != "Europe/Berlin" {
			t.Errorf("%s loses choices", link)
		}
	}
}

func TestWhatCannotBeShownIsExplained(t *testing.T) {
	h := handler(t, report.QueryOf(fixture.Shared(t)))
	for _, c := range []struct {
		address string
		status  int
		says    string
	}{
		{"/?from=2026-05-01&to=2026-04-01", 400, "before it starts"},
		{"/?from=yesterday", 400, "is no day"},
		{"/?from=0001-01-01", 400, "range of years"},
		{"/?zone=Mars/Olympus", 400, "is no time zone"},
		{"/?unit=dog", 400, "person or account"},
		{"/?segment=x", 400, "is no segment"},
		{"/?model=psychic", 200, "no model &#34;psychic&#34; among"},
		{"/?dimension=shoe_size", 200, "can&#39;t be broken down"},
		{"/conversion?id=person:won:nobody:1", 404, "has no conversion"},
		{"/person?id=nobody", 404, "knows no person"},
		{"/event?id=", 404, "no event is called"},
		{"/find?q=nobody@example.com", 404, "nobody is called"},
		{"/nothing", 404, "there is no such page"},
	} {
		if status, body := get(t, h, c.address); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: status %d, want %d and %q", c.address, status, c.status, c.says)
		}
	}
}

// Whatever an address holds stays text, on the page and beside the statement.
func TestHostileAddressesStayText(t *testing.T) {
	db := fixture.Shared(t)
	h := handler(t, report.QueryOf(db))
	evils := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; DROP TABLE attribution_ledger_by_run; --`, `\'`, "\x00\t\n", `{x:String}`, `${model:sqlstring}`, strings.Repeat("ü", 5000)}
	for i, address := range []string{"/conversions?model=%s", "/pipeline?conversion=%s", "/conversions?segment=plan:%s", "/credited?by=channel&value=%s", "/credited?by=%s&value=x", "/conversion?id=%s", "/person?id=%s", "/event?id=%s", "/find?q=%s", "/?from=%s", "/?zone=%s"} {
		for _, evil := range []string{evils[0], evils[1+i%(len(evils)-1)], evils[1+(i+3)%(len(evils)-1)]} {
			status, body := get(t, h, fmt.Sprintf(address, url.QueryEscape(evil)))
			if status >= 500 {
				t.Errorf(address+": status %d", evil, status)
			}
			if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
				t.Errorf(address+" became markup", evil)
			}
		}
	}
	if _, rows, err := db.TableText(t.Context(), "SELECT count() FROM attribution_ledger", nil); err != nil || fmt.Sprint(rows[0][0]) == "0" {
		t.Errorf("the ledger after it: %v, %v", rows, err)
	}
}

// While ClickHouse is away a page says so; when it is back, the page is.
func TestPagesComeBackWithClickHouse(t *testing.T) {
	query := report.QueryOf(fixture.Shared(t))
	away := true
	h := handler(t, func(ctx context.Context, sql string, params map[string]any, filters map[string]string) ([]string, [][]any, error) {
		if away {
			return nil, nil, errors.New("dial tcp 127.0.0.1:8123: connect: connection refused")
		}
		return query(ctx, sql, params, filters)
	})
	for _, address := range []string{"/", "/credit", "/person?id=x"} {
		if status, body := get(t, h, address); status != http.StatusServiceUnavailable || !strings.Contains(body, "ClickHouse is away") || !strings.Contains(body, "127.0.0.1:8123") || !strings.Contains(body, "data-away") {
			t.Errorf("%s: status %d while ClickHouse is away", address, status)
		}
	}
	if status, _ := get(t, h, "/state"); status != http.StatusServiceUnavailable {
		t.Errorf("/state: status %d while ClickHouse is away", status)
	}
	away = false
	if status, body := get(t, h, "/"); status != http.StatusOK || strings.Contains(body, "data-away") {
		t.Errorf("status %d when it is back", status)
	}
	if status, body := get(t, h, "/state"); status != http.StatusOK || body != "7" {
		t.Errorf("/state: status %d, run %q, want 7", status, body)
	}
}

func TestPagesWithoutARunSayWhatToDo(t *testing.T) {
	h := handler(t, report.QueryOf(queriestest.New(t)))
	for _, address := range []string{"/", "/credit", "/pipeline", "/?from=2026-01-01&to=2026-02-01"} {
		if status, body := get(t, h, address); status != http.StatusOK || !strings.Contains(body, "There is nothing to show yet") {
			t.Errorf("%s: status %d without a run", address, status)
		}
	}
}
