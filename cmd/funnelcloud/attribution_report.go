package main

import (
	"encoding/csv"
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
	By             string  `json:"by,omitempty"`   // what Parts are parts by: a period or an attribute of the unit
	Part           string  `json:"part,omitempty"` // of this report in such a one
	Currency       string  `json:"currency,omitempty"`
	Conversions    float64 `json:"conversions"`  // that have a touch to credit
	Unattributed   float64 `json:"unattributed"` // that have none
	// Reasons say why, by number; not known of parts, and of runs that are kept by their figures alone.
	Reasons []reasonCount `json:"unattributed_reasons,omitempty"`

	Credits    []channelCredit          `json:"credits,omitempty"`
	Comparison []attribution.Comparison `json:"comparison,omitempty"`
	Dissenter  *dissenter               `json:"dissenter,omitempty"`
	Parts      []*creditReport          `json:"parts,omitempty"`
	Notes      []string                 `json:"notes,omitempty"`

	Removals    []attribution.Removal    `json:"removals,omitempty"`
	Transitions []attribution.Transition `json:"transitions,omitempty"`
	Orders      *attribution.OrderChoice `json:"orders,omitempty"`
}

// reasonCount is how many conversions have no touch to credit for one reason.
type reasonCount struct {
	Reason      string `ch:"reason" json:"reason"` // see docs/attribution.md
	Conversions uint64 `ch:"conversions" json:"conversions"`
}

// dissenter is the model without which far fewer channels would be disputed.
type dissenter struct {
	Model    string `json:"model"`
	Disputed int    `json:"disputed"` // channels
	Without  int    `json:"without"`  // it
}

// channelCredit is what one model gives one channel.
type channelCredit struct {
	Model       string  `json:"model"`
	Channel     string  `json:"channel"`
	Conversions float64 `json:"conversions"`
	Value       float64 `json:"value"`
	Share       float64 `json:"share"`
	Interval            // 95 % interval of the share
	Rank        int     `json:"rank"`                // 0 for the baseline
	RankLow     int     `json:"rank_low,omitempty"`  // the rank lies between these in 95 % of resamples; 0: not known
	RankHigh    int     `json:"rank_high,omitempty"` // as RankLow
	SameRank    float64 `json:"same_rank,omitempty"` // part of the resamples with the same rank
	// Lead is the share less that of the next in rank.
	Lead *ratio `json:"lead,omitempty"`
	// Like are channels that the model can't tell it from: the interval of the difference holds 0. The nearest in rank
	// first.
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
	Interval
}

// Interval is a 95 % interval; without resamples none is known. It is exported so that JSON has its fields.
type Interval struct {
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
}

func newInterval(low, high float64) Interval { return Interval{&low, &high} }

func (i Interval) known() bool { return i.Low != nil }

// csv are the two ends, empty where they are not known.
func (i Interval) csv() []string {
	if !i.known() {
		return []string{"", ""}
	}
	return []string{number(*i.Low), number(*i.High)}
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

// add appends the rows of a model, the largest share first and the baseline last.
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
			Rank: s.Rank, Lead: &ratio{Value: s.Lead},
		}
		if m.intervals.Replicates > 0 {
			row.Interval, row.Lead.Interval = newInterval(m.intervals.Low[i], m.intervals.High[i]), newInterval(s.LeadLow, s.LeadHigh)
			row.RankLow, row.RankHigh, row.SameRank = s.Low, s.High, s.Same
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
		at := s.Rank - 1
		if s.Rank == 0 {
			at = len(rows) - 1
		}
		rows[at] = row
	}
	r.Credits = append(r.Credits, rows...)
}

func (r *creditReport) modelNames() (names []string) {
	if len(r.Parts) > 0 {
		return r.Parts[0].modelNames()
	}
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
		models[i] = attribution.ModelShares{Model: name, Shares: map[string]float64{}, Low: map[string]float64{}, High: map[string]float64{}}
	}
	for _, c := range r.Credits {
		m := &models[slices.Index(names, c.Model)]
		m.Shares[c.Channel] = c.Share
		if c.known() {
			m.Low[c.Channel], m.High[c.Channel] = *c.Low, *c.High
		}
	}
	r.Comparison = attribution.Compare(models)
	if model, disputed, without := attribution.Dissenter(models); model != "" {
		r.Dissenter = &dissenter{model, disputed, without}
	}
}

var creditColumns = []string{"model", "channel", "conversions", "value", "share", "low", "high", "rank", "rank_low", "rank_high",
	"removal_effect", "spend", "cost_per_conversion", "return_on_ad_spend", "not_distinguishable_from", "lead", "lead_low", "lead_high"}

// csv writes a row for each model and channel; with parts, of each part.
func (r *creditReport) csv(s *screen) error {
	if r.By == "" {
		return csv.NewWriter(s.out).WriteAll(append([][]string{creditColumns}, r.csvRows()...))
	}
	rows := [][]string{append([]string{r.By}, creditColumns...)}
	for _, part := range r.Parts {
		for _, row := range part.csvRows() {
			rows = append(rows, append([]string{part.Part}, row...))
		}
	}
	return csv.NewWriter(s.out).WriteAll(rows)
}

func (r *creditReport) csvRows() (rows [][]string) {
	for _, c := range r.Credits {
		row := slices.Concat([]string{c.Model, c.Channel, number(c.Conversions), number(c.Value), number(c.Share)}, c.csv(),
			[]string{strconv.Itoa(c.Rank), "", "", number(c.RemovalEffect), "", "", "", strings.Join(c.Like, "|")})
		if c.RankHigh > 0 {
			row[8], row[9] = strconv.Itoa(c.RankLow), strconv.Itoa(c.RankHigh)
		}
		if c.Spend != nil {
			row[11] = number(*c.Spend)
		}
		for i, x := range []*ratio{c.CPA, c.ROAS} {
			if x != nil {
				row[12+i] = number(x.Value)
			}
		}
		rows = append(rows, slices.Concat(row, []string{number(c.Lead.Value)}, c.Lead.csv()))
	}
	return rows
}
