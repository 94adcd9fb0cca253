package report

import (
	"math"
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// Front is the first screen: what came in and whether that changed, and what brings it.
type Front struct {
	Measures []Measure
	Recent   string // what is compared with what
	Credit   []CreditLine
	More     int // channels that the list leaves out
}

// Measure is a headline figure with its change against the time before.
type Measure struct {
	Name, Value string
	Change      string // such as "+12 %"; empty: nothing to compare with
	Range       string // its 95 % interval
	Real        bool   // beyond chance
	Up          bool
}

// CreditLine is a channel, by name its text, with its share, drawn on a scale of 0 to 100 that all lines share.
type CreditLine struct {
	Text, Color, Share, Range, Conversions, Models, Reading string

	At, From, To float64 // places on the scale
	Link         string
}

// front reads the figures of a page.
func front(p *Page) Front {
	return Front{Measures: measures(p.rows(changeID)), Credit: creditLines(p.rows(creditID)), More: max(0, len(p.rows(creditID).Rows)-frontChannels)}
}

func measures(change frame) []Measure {
	var all []Measure
	for i := range change.Rows {
		m := Measure{Name: measureName(change.text(i, "Measure")), Value: brief(change.number(i, "This period"), 1)}
		if change.at(i, "Change") != nil {
			m.Change = signed(change.number(i, "Change"))
			m.Range = signed(change.number(i, "from")) + " to " + signed(change.number(i, "to"))
			m.Real, m.Up = change.text(i, "Reading") == "real", change.number(i, "Change") > 0
		}
		all = append(all, m)
	}
	return all
}

// measureName is a measure's name at the head of a page.
func measureName(measure string) string {
	switch measure {
	case "inquiry":
		return "Inquiries"
	case "opportunity":
		return "Opportunities"
	case "":
		return ""
	}
	return strings.ToUpper(measure[:1]) + measure[1:]
}

// frontChannels is how many channels the first screen shows; all stand in the section on credit.
const frontChannels = 12

func creditLines(credit frame) []CreditLine {
	most := 0.
	for i := range credit.Rows {
		most = math.Max(most, math.Max(credit.number(i, "to"), credit.number(i, "Share")))
	}
	var all []CreditLine
	for i := range credit.Rows[:min(len(credit.Rows), frontChannels)] {
		place := func(column string) float64 {
			if most <= 0 {
				return 0
			}
			return math.Round(10000*max(0, credit.number(i, column))/most) / 100
		}
		all = append(all, CreditLine{
			Text: credit.text(i, "Channel"), Color: dashboards.ChannelColor(credit.text(i, "Channel")), Share: percent(credit.number(i, "Share")),
			Range: interval(credit, i), Conversions: grouped(credit.number(i, "Conversions"), 1),
			Models: span(credit.text(i, "Lowest model"), credit.text(i, "Highest model")), Reading: credit.text(i, "Reading"),
			At: place("Share"), From: place("from"), To: place("to"),
		})
	}
	return all
}

// span joins the two ends of what models say, such as "0 % last" and "32.8 % first", without the models' names.
func span(lowest, highest string) string {
	low, _, known := strings.Cut(lowest, " % ")
	high, _, too := strings.Cut(highest, " % ")
	if !known || !too {
		return ""
	}
	return low + "–" + high + " %"
}
