package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// creditReport is who gets credit, model by model.
type creditReport struct {
	Run            uint64  `json:"run,omitempty"` // published run; none for a file
	UnitKind       string  `json:"unit_kind,omitempty"`
	ConversionType string  `json:"conversion_type,omitempty"`
	Dimension      string  `json:"dimension"`
	From           string  `json:"from,omitempty"` // first day
	To             string  `json:"to,omitempty"`   // last day
	Segment        string  `json:"segment,omitempty"`
	Currency       string  `json:"currency,omitempty"`
	Conversions    float64 `json:"conversions"`  // that have a touch to credit
	Unattributed   float64 `json:"unattributed"` // that have none

	Credits    []channelCredit          `json:"credits"`
	Comparison []attribution.Comparison `json:"comparison"`
	Notes      []string                 `json:"notes,omitempty"`

	Removals    []attribution.Removal    `json:"removals,omitempty"`
	Transitions []attribution.Transition `json:"transitions,omitempty"`
}

// channelCredit is what one model gives one channel.
type channelCredit struct {
	Model       string  `json:"model"`
	Channel     string  `json:"channel"`
	Conversions float64 `json:"conversions"`
	Value       float64 `json:"value"`
	Share       float64 `json:"share"`
	Low         float64 `json:"low"` // of the 95 % interval of the share
	High        float64 `json:"high"`
	Rank        int     `json:"rank"`
	RankLow     int     `json:"rank_low"` // the rank lies between these in 95 % of resamples
	RankHigh    int     `json:"rank_high"`
	SameRank    float64 `json:"same_rank"` // part of the resamples with the same rank
	// Like are channels that the model can't tell it from: the interval of the difference holds 0.
	Like          []string `json:"not_distinguishable_from,omitempty"`
	RemovalEffect float64  `json:"removal_effect,omitempty"`
	// Own is what a data-driven model itself gives; Conversions is what journeys' weights can add up to.
	Own *float64 `json:"own,omitempty"`

	Spend *float64 `json:"spend,omitempty"`
	CPA   *ratio   `json:"cost_per_conversion,omitempty"`
	ROAS  *ratio   `json:"return_on_ad_spend,omitempty"`
}

// ratio is a figure with its 95 % interval.
type ratio struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// modelCredit is what a model says, in the order of its channels.
type modelCredit struct {
	model               string
	channels            []string
	conversions, values []float64
	removal, own        []float64 // nil where the model has none
	intervals           attribution.Intervals
}

func sum(xs []float64) float64 {
	all := 0.0
	for _, x := range xs {
		all += x
	}
	return all
}

// add appends the rows of a model, the largest share first.
func (r *creditReport) add(m modelCredit) {
	all := sum(m.conversions)
	shares := make([]float64, len(m.conversions))
	for i, x := range m.conversions {
		if all > 0 {
			shares[i] = x / all
		}
	}
	standings := m.intervals.Standings(shares)
	rows := make([]channelCredit, len(m.channels))
	for i, s := range standings {
		row := channelCredit{
			Model: m.model, Channel: m.channels[i], Conversions: m.conversions[i], Value: m.values[i], Share: shares[i],
			Low: m.intervals.Low[i], High: m.intervals.High[i],
			Rank: s.Rank, RankLow: s.Low, RankHigh: s.High, SameRank: s.Same,
		}
		for _, other := range s.Like {
			row.Like = append(row.Like, m.channels[other])
		}
		if m.own != nil && i < len(m.own) {
			row.Own = &m.own[i]
		}
		if m.removal != nil && i < len(m.removal) {
			row.RemovalEffect = m.removal[i]
		}
		rows[s.Rank-1] = row
	}
	r.Credits = append(r.Credits, rows...)
}

func (r *creditReport) modelNames() (names []string) {
	for _, c := range r.Credits {
		if !slices.Contains(names, c.Model) {
			names = append(names, c.Model)
		}
	}
	return names
}

// compare says how far the models are apart, if there are several.
func (r *creditReport) compare() {
	names := r.modelNames()
	if len(names) < 2 {
		r.Comparison = []attribution.Comparison{}
		return
	}
	models := make([]attribution.ModelShares, len(names))
	for i, name := range names {
		models[i] = attribution.ModelShares{Model: name, Shares: map[string]float64{}}
	}
	for _, c := range r.Credits {
		models[slices.Index(names, c.Model)].Shares[c.Channel] = c.Share
	}
	r.Comparison = attribution.Compare(models)
}

func (r *creditReport) show(s *screen, o attributionOptions) error {
	switch o.output {
	case outputJSON:
		return writeJSON(s, r)
	case outputCSV:
		return r.csv(s)
	}
	s.title(r.heading())
	if len(r.modelNames()) == 1 {
		r.detail(s)
	} else {
		r.matrix(s, o.models)
		s.title("What the models disagree about")
		r.readings(s)
	}
	r.chain(s, o.chain)
	for _, note := range r.Notes {
		fmt.Fprintf(s.out, "\n%s\n", note)
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
	if r.Segment != "" {
		words = append(words, "with "+r.Segment)
	}
	heading := fmt.Sprintf("%s: %s conversions", strings.Join(words, " "), fixed(r.Conversions))
	if r.Unattributed > 0 {
		heading += fmt.Sprintf(", and %s without any touch to credit", fixed(r.Unattributed))
	}
	return heading
}

// readings are in words what the models disagree about; what they agree on is one line.
func (r *creditReport) readings(s *screen) {
	var agreed []string
	for _, c := range r.Comparison {
		if c.Disputed() {
			fmt.Fprintf(s.out, "  %s\n", c.Reading)
		} else {
			agreed = append(agreed, fmt.Sprintf("%s (%s)", c.Channel, c.Span()))
		}
	}
	if len(agreed) > 0 {
		fmt.Fprintf(s.out, "  The models agree on %s.\n", strings.Join(agreed, ", "))
	}
}

// shownModels are shown in a table where nobody chose any, the first ones if not all fit.
var shownModels = []string{"last", "linear", "markov_1", "discovery", "first", "shapley_rate"}

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
	headings := []string{""}
	cells := map[[2]string]channelCredit{}
	for _, c := range r.Credits {
		cells[[2]string{c.Model, c.Channel}] = c
	}
	for _, name := range names {
		headings = append(headings, shorten(name, 10)+">")
	}
	channels := make([]string, 0, len(r.Comparison)+1)
	for _, c := range r.Comparison {
		channels = append(channels, c.Channel)
	}
	channels = append(channels, attribution.Baseline)
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
	if c.High <= c.Low || c.Low == 0 && c.High == 1 { // no interval
		return fmt.Sprintf("%.1f", 100*c.Share)
	}
	return fmt.Sprintf("%.1f ±%.1f", 100*c.Share, 50*(c.High-c.Low))
}

// detail shows one model.
func (r *creditReport) detail(s *screen) {
	columns := []struct {
		heading string
		always  bool // else only where a row has something
		cell    func(c channelCredit) string
	}{
		{r.Credits[0].Model, true, func(c channelCredit) string { return shorten(c.Channel, 17) }},
		{"conv.>", true, func(c channelCredit) string { return fixed(c.Conversions) }},
		{"value>", false, func(c channelCredit) string { return nonZero(c.Value, fixed) }},
		{"share>", true, func(c channelCredit) string { return percent(c.Share) }},
		{"95 %>", true, func(c channelCredit) string { return fmt.Sprintf("%.1f–%.1f", 100*c.Low, 100*c.High) }},
		{"rank>", true, rankCell},
		{"removal>", false, func(c channelCredit) string { return nonZero(c.RemovalEffect, percent) }},
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

func rankCell(c channelCredit) string {
	if c.RankLow == c.RankHigh {
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

// likes names the neighbours in rank that the model can't tell apart.
func (r *creditReport) likes() string {
	var pairs []string
	for i := 1; i < len(r.Credits); i++ {
		if a, b := r.Credits[i-1], r.Credits[i]; slices.Contains(a.Like, b.Channel) && a.Share > 0 {
			pairs = append(pairs, a.Channel+" and "+b.Channel)
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "Not distinguishable (the interval of the difference holds 0): " + strings.Join(pairs, "; ") + "."
}

var creditColumns = []string{"model", "channel", "conversions", "value", "share", "low", "high", "rank", "rank_low", "rank_high",
	"removal_effect", "spend", "cost_per_conversion", "return_on_ad_spend", "not_distinguishable_from"}

func (r *creditReport) csv(s *screen) error {
	rows := [][]string{creditColumns}
	for _, c := range r.Credits {
		row := []string{c.Model, c.Channel, number(c.Conversions), number(c.Value), number(c.Share), number(c.Low), number(c.High),
			strconv.Itoa(c.Rank), strconv.Itoa(c.RankLow), strconv.Itoa(c.RankHigh), number(c.RemovalEffect), "", "", "", strings.Join(c.Like, "|")}
		if c.Spend != nil {
			row[11] = number(*c.Spend)
		}
		for i, x := range []*ratio{c.CPA, c.ROAS} {
			if x != nil {
				row[12+i] = number(x.Value)
			}
		}
		rows = append(rows, row)
	}
	return csv.NewWriter(s.out).WriteAll(rows)
}

func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
