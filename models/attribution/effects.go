package attribution

import "slices"

// Effect is a row of table attribution_effects: what a model says of a channel beyond the credit of each touch.
type Effect struct {
	UnitKind       string  `ch:"unit_kind"`
	ConversionType string  `ch:"conversion_type"`
	Model          string  `ch:"model"`
	Channel        string  `ch:"channel"`
	Journeys       uint64  `ch:"journeys"`
	Converted      uint64  `ch:"converted"`
	RemovalEffect  float64 `ch:"removal_effect"`
	Share          float64 `ch:"share"`
	Low            float64 `ch:"low"`
	High           float64 `ch:"high"`

	Rank     uint32   `ch:"rank"` // 0 for the baseline
	RankLow  uint32   `ch:"rank_low"`
	RankHigh uint32   `ch:"rank_high"`
	SameRank float64  `ch:"same_rank"`
	Lead     float64  `ch:"lead"` // share less that of the next in rank
	LeadLow  float64  `ch:"lead_low"`
	LeadHigh float64  `ch:"lead_high"`
	Like     []string `ch:"not_distinguishable_from"`
}

// Effects are the rows of a model, one a channel in the order of the sample's channels. Share is that of the ledger;
// low and high are its 95 % interval. Censored journeys are not counted. Models with a baseline have a last row for it.
func Effects(m Model, s *Sample, c Credit, unitKind, conversionType string, i Intervals) []Effect {
	conversions := c.Conversions
	if c.HasBaseline() {
		conversions = append(slices.Clone(conversions), c.Baseline)
	}
	rows := effects(m, s, unitKind, conversionType, conversions, i)
	for id := range c.RemovalEffects {
		rows[id].RemovalEffect = c.RemovalEffects[id]
	}
	return rows
}

// TalliedEffects are the rows of a model whose credit was tallied by channel, in the order of the sample's channels.
func TalliedEffects(m Model, s *Sample, t *Tally, unitKind, conversionType string, draws Resamples) []Effect {
	names, credit := t.Totals()
	conversions := make([]float64, len(s.channels))
	for at, name := range names {
		if id := s.channelID(name); id >= 0 {
			conversions[id] = credit[at]
		}
	}
	return effects(m, s, unitKind, conversionType, conversions, t.Intervals(draws).over(s.channels))
}

// effects takes conversions in the order of the intervals' channels: the sample's, then the baseline if the model has one.
func effects(m Model, s *Sample, unitKind, conversionType string, conversions []float64, i Intervals) []Effect {
	journeys, converted := s.presence()
	credited := shares(conversions)
	rows := make([]Effect, len(i.Channels))
	for id, standing := range i.Standings(credited) {
		row := &rows[id]
		*row = Effect{
			UnitKind: unitKind, ConversionType: conversionType, Model: m.Name(), Channel: i.Channels[id],
			Share: credited[id], Low: i.Low[id], High: i.High[id],
			Rank: uint32(standing.Rank), RankLow: uint32(standing.Low), RankHigh: uint32(standing.High), SameRank: standing.Same,
			Lead: standing.Lead, LeadLow: standing.LeadLow, LeadHigh: standing.LeadHigh, Like: make([]string, len(standing.Like)),
		}
		for k, other := range standing.Like {
			row.Like[k] = i.Channels[other]
		}
		row.Journeys, row.Converted = uint64(s.Conversions()+s.Nulls()), uint64(s.Conversions())
		if id < len(s.channels) {
			row.Journeys, row.Converted = uint64(journeys[id]), uint64(converted[id])
		}
	}
	return rows
}

// presence is the journeys and the converted journeys that hold each channel.
func (s *Sample) presence() (journeys, converted []float64) {
	converted, journeys = make([]float64, len(s.channels)), make([]float64, len(s.channels))
	conv, null := s.perSet(s.conv), s.perSet(s.null)
	for set := range conv {
		for _, id := range s.sets.at(set) {
			converted[id] += conv[set]
			journeys[id] += conv[set] + null[set]
		}
	}
	return journeys, converted
}

// TimedEffects are the rows of a model of time: conversions by channel and Baseline, with intervals of a bootstrap whose
// sample may have other channels.
func TimedEffects(m Model, s *Sample, conversions map[string]float64, unitKind, conversionType string, i Intervals) []Effect {
	names := append(slices.Clone(s.channels), Baseline)
	credited := make([]float64, len(names))
	for id, name := range names {
		credited[id] = conversions[name]
	}
	return effects(m, s, unitKind, conversionType, credited, i.over(names))
}
