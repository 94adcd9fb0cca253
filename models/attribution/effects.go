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
	rows := effects(m, s, unitKind, conversionType, append(slices.Clone(c.Conversions), c.Baseline), i, c.HasBaseline())
	for id := range c.RemovalEffects {
		rows[id].RemovalEffect = c.RemovalEffects[id]
	}
	return rows
}

// TalliedEffects are the rows of a model whose credit was tallied by channel, in the order of the sample's channels.
func TalliedEffects(m Model, s *Sample, t *Tally, unitKind, conversionType string, draws Resamples) []Effect {
	names, credit := t.Totals()
	ofTally := t.Intervals(draws)
	conversions := make([]float64, len(s.channels))
	i := Intervals{Low: make([]float64, len(s.channels)), High: make([]float64, len(s.channels))}
	for at, name := range names {
		if id := s.channelID(name); id >= 0 {
			conversions[id], i.Low[id], i.High[id] = credit[at], ofTally.Low[at], ofTally.High[at]
		}
	}
	return effects(m, s, unitKind, conversionType, conversions, i, false)
}

// effects takes conversions and intervals in the order of the sample's channels, then of the baseline.
func effects(m Model, s *Sample, unitKind, conversionType string, conversions []float64, i Intervals, baseline bool) []Effect {
	journeys, converted := s.presence()
	rows := make([]Effect, 0, len(s.channels)+1)
	for id, share := range shares(conversions) {
		row := Effect{UnitKind: unitKind, ConversionType: conversionType, Model: m.Name(), Share: share}
		switch {
		case id < len(s.channels):
			row.Channel, row.Journeys, row.Converted = s.channels[id], uint64(journeys[id]), uint64(converted[id])
		case baseline:
			row.Channel, row.Journeys, row.Converted = Baseline, uint64(s.Conversions()+s.Nulls()), uint64(s.Conversions())
		default:
			continue
		}
		row.Low, row.High = i.Low[id], i.High[id]
		rows = append(rows, row)
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
	of := Intervals{Low: make([]float64, len(names)), High: make([]float64, len(names))}
	for id, name := range names {
		credited[id] = conversions[name]
		if at := slices.Index(i.Channels, name); at >= 0 {
			of.Low[id], of.High[id] = i.Low[at], i.High[at]
		}
	}
	return effects(m, s, unitKind, conversionType, credited, of, true)
}
