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

	// ResampledRun is the run whose resamples the intervals rest on, for the caller to fill; 0: there are none.
	ResampledRun uint64    `ch:"resampled_run_id"`
	Resamples    []float64 `ch:"resamples"` // share in each

	// What a rule credits, whole conversions and 1e-15 of one, for the caller to fill: the next run adds to it.
	CreditedWhole int64 `ch:"credited_whole"`
	CreditedRest  int64 `ch:"credited_rest"`
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

// effects leaves intervals 0 to 0 where there were no resamples: a table of figures has no word for unknown. It takes
// conversions in the order of the intervals' channels: the sample's, then the baseline if the model has one.
func effects(m Model, s *Sample, unitKind, conversionType string, conversions []float64, i Intervals) []Effect {
	journeys, converted := s.presence()
	credited := shares(conversions)
	i = i.around(credited, total(conversions))
	rows := make([]Effect, len(i.Channels))
	for id, standing := range i.Standings(credited) {
		row := &rows[id]
		*row = Effect{
			UnitKind: unitKind, ConversionType: conversionType, Model: m.Name(), Channel: i.Channels[id],
			Share: credited[id], Rank: uint32(standing.Rank), Lead: standing.Lead, Like: make([]string, len(standing.Like)),
			Resamples: i.of(id),
		}
		if i.Replicates > 0 {
			row.Low, row.High, row.LeadLow, row.LeadHigh = i.Low[id], i.High[id], standing.LeadLow, standing.LeadHigh
			row.RankLow, row.RankHigh, row.SameRank = uint32(standing.Low), uint32(standing.High), standing.Same
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

// SummedEffects are the rows of a model whose conversions were added up by name, with Baseline for models of time. The
// intervals may be of other channels.
func SummedEffects(m Model, s *Sample, conversions map[string]float64, unitKind, conversionType string, i Intervals) []Effect {
	names := s.channels
	if NeedsTimes(m) {
		names = append(slices.Clone(names), Baseline)
	}
	credited := make([]float64, len(names))
	for id, name := range names {
		credited[id] = conversions[name]
	}
	switch {
	case i.was == nil && i.Replicates == 0:
		i = Unknown(names)
	case !slices.Equal(names, i.Channels):
		i = i.over(names)
	}
	return effects(m, s, unitKind, conversionType, credited, i)
}
