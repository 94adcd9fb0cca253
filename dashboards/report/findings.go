package report

import (
	"fmt"
	"math"
	"strings"
)

// Finding is one thing to know, in words: what, how sure, and what to do about it.
type Finding struct {
	What, Sure, Do string
	See            string // id of the figure it rests on
	Link           string // where that stands; empty: nowhere on this page
}

// findings reads the figures of a page, what matters most first. Each is there only when its numbers are.
func findings(p *Page, baseline frame) []Finding {
	var all []Finding
	doubt, serious := trust(p)
	if serious {
		all = append(all, doubt)
	}
	for _, f := range []func(*Page) (Finding, bool){bringer, changed, dispute, leak, route, speed, customers, straightness, volume} {
		if finding, ok := f(p); ok {
			all = append(all, finding)
		}
	}
	if finding, ok := reality(p, baseline); ok {
		all = append(all, finding)
	}
	if !serious && doubt.What != "" {
		all = append(all, doubt)
	}
	for i := range all {
		if SectionOf(all[i].See) != "" {
			all[i].Link = "#" + all[i].See
		}
	}
	return all
}

// rows are those of a figure; an empty frame when the page lacks it.
func (p *Page) rows(id string) frame {
	if f := p.figures[id]; f != nil {
		return f.Data
	}
	return frame{}
}

func volume(p *Page) (Finding, bool) {
	f := p.rows("attribution-1")
	n := f.number(0, "Conversions")
	if n == 0 {
		return Finding{
			What: fmt.Sprintf("No %s conversion of any %s in the period.", p.Conversion, p.Unit),
			Do:   "Widen the period, or choose another type of conversion.", See: "attribution-1",
		}, true
	}
	worth := ""
	if f.number(0, "Amount") > 0 {
		worth = fmt.Sprintf(", worth %s", brief(f.number(0, "Amount"), 1))
	}
	return Finding{
		What: fmt.Sprintf("%s conversions (%s)%s; half of the journeys took longer than %s days, with %s touches on average.",
			grouped(n, 0), p.Conversion, worth, grouped(f.number(0, "Median days to convert"), 1), grouped(f.number(0, "Touches a journey"), 1)),
		Sure: fmt.Sprintf("%s of them have a touch to credit; the others are listed with the reason.", percent(f.number(0, "Credited to a touch"))),
		See:  "attribution-1",
	}, true
}

// changed names what differs from the period before by more than chance.
func changed(p *Page) (Finding, bool) {
	f := p.rows(changeID)
	var beyond []string
	compared := 0
	for i := range f.Rows {
		switch f.text(i, "Reading") {
		case "real":
			beyond = append(beyond, f.text(i, "Measure")+" "+signed(f.number(i, "Change")))
			compared++
		case "within chance":
			compared++
		}
	}
	switch {
	case compared == 0:
		return Finding{}, false
	case len(beyond) == 0:
		return Finding{What: "Nothing changed against the period before by more than chance.", Sure: fmt.Sprintf("%d measures compared.", compared), See: changeID}, true
	}
	return Finding{
		What: "Against the period before: " + strings.Join(beyond, ", ") + ".",
		Sure: fmt.Sprintf("Beyond chance each; of %d measures compared, one in twenty looks so by chance alone.", compared), See: changeID,
	}, true
}

// signed is percent with its sign; from tenfold on, which percents hide, it says how many times as much.
func signed(x float64) string {
	if x >= 9 {
		return "×" + grouped(1+x, 0)
	}
	if x < 0 {
		return "−" + percent(-x)
	}
	return "+" + percent(x)
}

// customers says how many of those won stay.
func customers(p *Page) (Finding, bool) {
	f := p.rows("afterwin-1")
	if f.at(0, "Retained at the horizon") == nil {
		return Finding{}, false
	}
	finding := Finding{
		What: fmt.Sprintf("%s of the customers who could have left within 90 days stayed; %s of all have expanded.", percent(f.number(0, "Retained at the horizon")), percent(f.number(0, "Expanded, share"))),
		See:  "afterwin-1",
	}
	if reasons := p.rows("afterwin-6"); len(reasons.Rows) > 0 {
		finding.Do = fmt.Sprintf("Most who leave say “%s” (%s): ask them early.", isolated(reasons.text(0, "Reason")), percent(reasons.number(0, "Share")))
	}
	return finding, true
}

// bringer names the channel with the most credit in the period, its interval, and whether another's reaches it.
func bringer(p *Page) (Finding, bool) {
	f := p.rows(creditID)
	if len(f.Rows) == 0 || f.number(0, "Share") <= 0 || strings.HasPrefix(f.text(0, "Channel"), "(") {
		return Finding{}, false
	}
	first := Finding{
		What: fmt.Sprintf("%s brings most: %s of the conversions by %s.", isolated(f.text(0, "Channel")), percent(f.number(0, "Share")), p.Model),
		Sure: "95 % interval " + interval(f, 0) + ".",
		Do:   "Before cutting or doubling a channel, switch it off for a while in one region and compare.", See: creditID,
	}
	if f.at(0, "to") == nil {
		first.Sure = "Too few conversions to say how sure that is: their order may be chance."
		return first, true
	}
	if len(f.Rows) == 1 || strings.HasPrefix(f.text(1, "Channel"), "(") || f.at(1, "to") == nil {
		return first, true
	}
	if f.number(1, "to") > f.number(0, "from") {
		first.Sure += fmt.Sprintf(" It overlaps with that of %s (%s): their order may be chance.", isolated(f.text(1, "Channel")), interval(f, 1))
	} else {
		first.Sure += fmt.Sprintf(" No other channel's interval reaches it; next is %s with %s.", isolated(f.text(1, "Channel")), percent(f.number(1, "Share")))
	}
	return first, true
}

// interval are the ends of a share's interval in words; empty where too few conversions make none.
func interval(credit frame, row int) string {
	if credit.at(row, "to") == nil {
		return ""
	}
	return percent(credit.number(row, "from")) + " to " + percent(credit.number(row, "to"))
}

// route names the qualification that comes first most often, and the one that wins most often.
func route(p *Page) (Finding, bool) {
	f, total, best := p.rows("waterfall-6"), 0., 0
	for i := range f.Rows {
		total += f.number(i, "Units")
		if f.number(i, "Win rate") > f.number(best, "Win rate") {
			best = i
		}
	}
	if total == 0 {
		return Finding{}, false
	}
	name := func(i int) string { return f.text(i, "First qualified by") }
	finding := Finding{
		What: fmt.Sprintf("%s qualifies first most often: %s of %s qualified %ss, of whom %s were won since.", name(0),
			percent(f.number(0, "Units")/total), grouped(total, 0), p.Unit, percent(f.number(0, "Win rate"))),
		See: "waterfall-6",
	}
	if best != 0 {
		finding.Sure = fmt.Sprintf("%s wins more often (%s), on %s units.", name(best), percent(f.number(best, "Win rate")), grouped(f.number(best, "Units"), 0))
		difference, margin := compare(f, 0, best)
		if math.Abs(difference) < margin {
			finding.Sure += " The difference is within chance."
		}
	}
	return finding, true
}

// compare is the difference of two win rates and the half-width of its 95 % interval (normal approximation).
func compare(f frame, a, b int) (difference, margin float64) {
	pa, pb, na, nb := f.number(a, "Win rate"), f.number(b, "Win rate"), f.number(a, "Units"), f.number(b, "Units")
	return pb - pa, 1.96 * math.Sqrt(pa*(1-pa)/na+pb*(1-pb)/nb)
}

// leak names the step at which the smallest share goes on, after the first, which merely counts visitors.
func leak(p *Page) (Finding, bool) {
	f, worst, inquiry := p.rows("waterfall-2"), -1, -1
	for i := range f.Rows {
		if strings.HasPrefix(f.text(i, "Step"), "inquiry") {
			inquiry = i
		}
		if !strings.HasPrefix(f.text(i, "Step"), "suspect") && (worst < 0 || f.number(i, "Rate") < f.number(worst, "Rate")) {
			worst = i
		}
	}
	if worst < 0 {
		return Finding{}, false
	}
	finding := Finding{
		What: fmt.Sprintf("Most stop at %s: %s of %s go on.", f.text(worst, "Step"), percent(f.number(worst, "Rate")), grouped(f.number(worst, "Entered"), 0)),
		Do:   "Look there first: who owns the step, how long units wait in it, and the reasons given when they leave.", See: "waterfall-2",
	}
	if inquiry >= 0 {
		finding.Sure = fmt.Sprintf("%s of inquiries became leads; the industry's usual figure is 4.4 %%.", percent(f.number(inquiry, "Rate")))
	}
	return finding, true
}

func speed(p *Page) (Finding, bool) {
	f := p.rows("overview-10")
	if f.at(0, "Never answered") == nil { // no request, or none old enough to say
		return Finding{}, false
	}
	return Finding{
		What: fmt.Sprintf("%s of requests are answered within 5 minutes, %s never.", percent(f.number(0, "Within 5 minutes")), percent(f.number(0, "Never answered"))),
		Do:   "Answer those who wait: a reply costs less than another inquiry.", See: "overview-10",
	}, true
}

func straightness(p *Page) (Finding, bool) {
	f := p.rows("paths-1")
	if f.number(0, "Wins") == 0 {
		return Finding{}, false
	}
	return Finding{
		What: fmt.Sprintf("%s of wins followed the drawn funnel; %s went back at least once, %s had been written off before.",
			percent(f.number(0, "Linear")), percent(f.number(0, "Went back")), percent(f.number(0, "Written off before"))),
		Do: "Keep nurturing those written off, and don't judge units by the stage they last reached.", See: "paths-1",
	}, true
}

// trust says what speaks against the figures, and whether that is serious. Without checks and messages it says nothing.
func trust(p *Page) (finding Finding, serious bool) {
	var doubts []string
	failing := 0
	checks := p.rows("pipeline-9")
	for i := range checks.Rows {
		if checks.text(i, "Result") == "fail" {
			failing++
		}
	}
	if failing > 0 {
		doubts = append(doubts, fmt.Sprintf("%d of %d data checks fail", failing, len(checks.Rows)))
	}
	pipe := p.rows("pipeline-1")
	if refused := pipe.number(0, "Rejected"); refused > 0 { // counted, since a share rounds to nothing
		doubts = append(doubts, fmt.Sprintf("%s of %s messages were refused", grouped(refused, 0), grouped(pipe.number(0, "Messages"), 0)))
	}
	if behind := pipe.number(0, "Messages behind"); behind > 0 {
		doubts = append(doubts, fmt.Sprintf("%s messages were still unread", grouped(behind, 0)))
	}
	if len(checks.Rows) == 0 && len(doubts) == 0 {
		return finding, false
	}
	if len(doubts) == 0 {
		return Finding{What: fmt.Sprintf("Nothing speaks against the figures: all %d data checks pass and no message was refused.", len(checks.Rows)), See: "pipeline-9"}, false
	}
	serious = failing > 0 || pipe.number(0, "Rejected") > tolerable*pipe.number(0, "Messages") || pipe.number(0, "Messages behind") > tolerable*pipe.number(0, "Messages")
	return Finding{What: "Before you rely on this: " + strings.Join(doubts, ", ") + ".", Do: "See the reasons under “Whether the data can be trusted”.", See: "pipeline-9"}, serious
}

// tolerable is the share of messages, refused or unread, up to which figures hardly change.
const tolerable = 0.01
