package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

func (r *creditReport) show(s *screen, o attributionOptions) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.csv(s)
	}
	s.title(r.heading())
	if len(r.Reasons) > 0 {
		reasons := make([]string, len(r.Reasons))
		for i, why := range r.Reasons {
			reasons[i] = thousands(int64(why.Conversions)) + " " + why.Reason
		}
		fmt.Fprintln(s.out, wrap("Without a touch: "+strings.Join(reasons, ", ")+".", storyWidth))
	}
	switch {
	case r.By != "":
		r.partsTable(s)
	case len(r.modelNames()) == 1:
		r.detail(s)
	default:
		r.matrix(s, o.models)
		s.title("What the models disagree about")
		r.readings(s)
	}
	r.chain(s, o.chain)
	for _, note := range r.Notes {
		fmt.Fprintf(s.out, "\n%s\n", wrap(note, storyWidth))
	}
	return nil
}

func (r *creditReport) heading() string {
	words := []string{"Credit"}
	if r.ConversionType != "" {
		words = append(words, fmt.Sprintf("for %s by %ss", r.ConversionType, r.UnitKind))
	}
	if r.From != "" || r.To != "" {
		words = append(words, strings.TrimSpace(r.From+" – "+r.To))
	}
	if r.Dimension != "channel" && r.Dimension != "" {
		words = append(words, "to each "+r.Dimension)
	}
	if r.Segment != "" {
		words = append(words, "with "+r.Segment)
	}
	heading := fmt.Sprintf("%s: %s conversions", strings.Join(words, " "), fixed(r.Conversions))
	if r.Unattributed > 0 {
		heading += fmt.Sprintf(", and %s without any touch to credit", fixed(r.Unattributed))
	}
	return heading
}

// mostReadings is how many disputed channels get sentences of their own.
const mostReadings = 5

// readings are in words what the models disagree about, the furthest apart first; what they are less apart on is a line or two.
func (r *creditReport) readings(s *screen) {
	var disputed []attribution.Comparison
	var chance, differ, agreed []string
	for _, c := range r.Comparison {
		switch name := fmt.Sprintf("%s (%s)", c.Channel, c.Span()); {
		case c.Disputed():
			disputed = append(disputed, c)
		case c.Agreed():
			agreed = append(agreed, name)
		case c.ByChance:
			chance = append(chance, name)
		default:
			differ = append(differ, name)
		}
	}
	slices.SortStableFunc(disputed, func(a, b attribution.Comparison) int { return cmp.Compare(b.Disagreement, a.Disagreement) })
	for _, c := range disputed[:min(mostReadings, len(disputed))] {
		fmt.Fprintln(s.out, indented(c.Reading))
	}
	list := func(before string, names []string, after string) {
		if len(names) > 0 {
			fmt.Fprintln(s.out, indented(before+strings.Join(names, ", ")+after))
		}
	}
	var more []string
	for _, c := range disputed[min(mostReadings, len(disputed)):] {
		more = append(more, fmt.Sprintf("%s (%s)", c.Channel, c.Span()))
	}
	list("Don't cut on these either: ", more, ".")
	if d := r.Dissenter; d != nil {
		fmt.Fprintln(s.out, indented(fmt.Sprintf("%s differs most from the others: without it %d of these %d would be disputed. That doesn't make it wrong: docs/truth.md has how near each model comes to the truth.", d.Model, d.Without, d.Disputed)))
	}
	list("They differ, perhaps by chance, on ", chance, ".")
	list("They differ a little on ", differ, ".")
	if text := r.anyway(); text != "" {
		fmt.Fprintln(s.out, indented(text))
	}
	list("They agree on ", agreed, ". Agreement is no proof: all of them read the same journeys, and none sees who would have come anyway.")
}

// anyway tells how much would have converted without any touch, by the models that know.
func (r *creditReport) anyway() string {
	var parts []string
	for _, c := range r.Credits {
		if c.Channel != attribution.Baseline {
			continue
		}
		part := fmt.Sprintf("%.0f %% by %s", 100*c.Share, c.Model)
		if c.known() {
			part += fmt.Sprintf(" (%.0f–%.0f)", 100**c.Low, 100**c.High)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return ""
	}
	return "Would have converted anyway: " + strings.Join(parts, ", ") + "; the other models credit all of it to channels."
}

// indented is a sentence wrapped for a terminal.
func indented(text string) string {
	return "  " + strings.ReplaceAll(wrap(text, storyWidth-4), "\n", "\n    ")
}

// shownModels are shown in a table where nobody chose any, the first ones if not all fit.
var shownModels = []string{"last", "linear", "markov_1", "incremental", "first", "shapley_rate"}

// modelsAbreast is how many models fit beside each other.
const modelsAbreast = 5

// matrix shows channels by models, the first comparison's order.
func (r *creditReport) matrix(s *screen, chosen []string) {
	all := r.modelNames()
	names := all
	if len(chosen) == 0 {
		there := slices.DeleteFunc(slices.Clone(shownModels), func(name string) bool { return !slices.Contains(all, name) })
		there = there[:min(len(there), modelsAbreast)]
		names = slices.DeleteFunc(slices.Clone(all), func(name string) bool { return !slices.Contains(there, name) })
	}
	names = names[:min(len(names), modelsAbreast)]
	if len(names) < len(all) {
		r.Notes = append(r.Notes, fmt.Sprintf("%d models are compared, of which the table has %d; --model chooses others, --output csv has all.", len(all), len(names)))
	}
	cells := map[[2]string]channelCredit{}
	for _, c := range r.Credits {
		cells[[2]string{c.Model, c.Channel}] = c
	}
	channels, widest := make([]string, 0, len(r.Comparison)+1), 0
	for _, c := range r.Comparison {
		channels, widest = append(channels, c.Channel), max(widest, utf8.RuneCountInString(shorten(c.Channel, 17)))
	}
	channels = append(channels, attribution.Baseline)
	headings, room := []string{""}, (storyWidth-widest)/max(len(names), 1)-2
	for _, name := range names {
		headings = append(headings, shorten(name, max(10, room))+">")
	}
	var rows [][]string
	for _, channel := range channels {
		row, credited := []string{shorten(channel, 17)}, false
		for _, name := range names {
			cell, there := cells[[2]string{name, channel}]
			credited = credited || there
			if there || channel != attribution.Baseline { // only some models know a baseline
				row = append(row, shareCell(cell))
			} else {
				row = append(row, "")
			}
		}
		if credited {
			rows = append(rows, row)
		}
	}
	s.table(headings, rows)
	r.Notes = append(r.Notes, "Shares in per cent, ± half of the 95 % interval. --model NAME shows one model in detail.")
}

func shareCell(c channelCredit) string {
	if !c.known() || *c.High <= *c.Low {
		return fmt.Sprintf("%.1f", 100*c.Share)
	}
	return fmt.Sprintf("%.1f ±%.1f", 100*c.Share, 50*(*c.High-*c.Low))
}

// detail shows one model.
func (r *creditReport) detail(s *screen) {
	costly := slices.ContainsFunc(r.Credits, func(c channelCredit) bool { return c.CPA != nil })
	columns := []struct {
		heading string
		always  bool // else only where a row has something
		cell    func(c channelCredit) string
	}{
		{r.Credits[0].Model, true, func(c channelCredit) string { return shorten(c.Channel, 15) }},
		{"conv.>", true, func(c channelCredit) string { return fixed(c.Conversions) }},
		{"value>", false, func(c channelCredit) string { return nonZero(c.Value, whole) }},
		{"share>", true, func(c channelCredit) string { return fmt.Sprintf("%.1f", 100*c.Share) }},
		{"95 %>", true, intervalCell},
		{"rank>", true, rankCell},
		{"removal>", false, func(c channelCredit) string {
			if costly {
				return "" // there is no room for both; --output csv has it
			}
			return nonZero(c.RemovalEffect, percent)
		}},
		{"cost per>", false, func(c channelCredit) string { return ratioCell(c.CPA) }},
		{"return>", false, func(c channelCredit) string { return ratioCell(c.ROAS) }},
	}
	var headings []string
	rows := make([][]string, len(r.Credits))
	for _, column := range columns {
		if !column.always && !slices.ContainsFunc(r.Credits, func(c channelCredit) bool { return column.cell(c) != "" }) {
			continue
		}
		headings = append(headings, column.heading)
		for i, c := range r.Credits {
			rows[i] = append(rows[i], column.cell(c))
		}
	}
	s.table(headings, rows)
	if r.Currency != "" {
		r.Notes = append(r.Notes, "Money is in "+r.Currency+".")
	}
	if like := r.likes(); like != "" {
		r.Notes = append(r.Notes, like)
	}
}

// unknownCell stands where nothing is known.
const unknownCell = "–"

func intervalCell(c channelCredit) string {
	if !c.known() {
		return unknownCell
	}
	return fmt.Sprintf("%.1f–%.1f", 100**c.Low, 100**c.High)
}

func rankCell(c channelCredit) string {
	switch {
	case c.Rank == 0:
		return ""
	case c.RankLow == c.RankHigh:
		return strconv.Itoa(c.Rank)
	}
	return fmt.Sprintf("%d (%d–%d)", c.Rank, c.RankLow, c.RankHigh)
}

func nonZero(x float64, text func(float64) string) string {
	if x == 0 {
		return ""
	}
	return text(x)
}

func ratioCell(r *ratio) string {
	if r == nil {
		return ""
	}
	return fixed(r.Value)
}

// likes names the neighbours in rank that the model can't tell apart, with the interval of their difference.
func (r *creditReport) likes() string {
	var pairs []string
	for i := 1; i < len(r.Credits); i++ {
		if a, b := r.Credits[i-1], r.Credits[i]; slices.Contains(a.Like, b.Channel) && a.Share > 0 {
			pairs = append(pairs, fmt.Sprintf("%s and %s (%.1f points apart, %.1f to %.1f)", a.Channel, b.Channel, 100*a.Lead.Value, 100**a.Lead.Low, 100**a.Lead.High))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "Not distinguishable (the interval of the difference holds 0): " + strings.Join(pairs, "; ") + "."
}
