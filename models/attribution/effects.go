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
}

// Effects are the rows of a model, one a channel in the order of the sample's channels. Share is that of the ledger;
// low and high are its 95 % interval. Censored journeys are not counted. Models with a baseline have a last row for it.
func Effects(m Model, s *Sample, c Credit, unitKind, conversionType string, i Intervals) []Effect {
	converted, journeys := make([]float64, len(s.channels)), make([]float64, len(s.channels))
	conv, null := s.perSet(s.conv), s.perSet(s.null)
	for set := range conv {
		for _, id := range s.sets.at(set) {
			converted[id] += conv[set]
			journeys[id] += conv[set] + null[set]
		}
	}
	rows := make([]Effect, 0, len(s.channels)+1)
	for id, share := range c.Shares() {
		row := Effect{
			UnitKind: unitKind, ConversionType: conversionType, Model: m.Name(), Channel: s.channels[id],
			Journeys: uint64(journeys[id]), Converted: uint64(converted[id]),
			Share: share, Low: i.Low[id], High: i.High[id],
		}
		if c.RemovalEffects != nil {
			row.RemovalEffect = c.RemovalEffects[id]
		}
		rows = append(rows, row)
	}
	if c.HasBaseline() {
		last := len(s.channels)
		rows = append(rows, Effect{
			UnitKind: unitKind, ConversionType: conversionType, Model: m.Name(), Channel: Baseline,
			Journeys: uint64(s.Conversions() + s.Nulls()), Converted: uint64(s.Conversions()),
			Share: shares(append(slices.Clone(c.Conversions), c.Baseline))[last], Low: i.Low[last], High: i.High[last],
		})
	}
	return rows
}
