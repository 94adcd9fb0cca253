package main

import (
	"cmp"
	"maps"
	"slices"
)

// partsTable shows the parts one below the other, by one model, with the channels that got most; and what their conversions
// cost where that is known.
func (r *creditReport) partsTable(s *screen) {
	names := r.modelNames()
	model := names[0]
	for _, name := range shownModels {
		if len(names) > 1 && slices.Contains(names, name) {
			model = name
			break
		}
	}
	credit, spend := map[string]float64{}, map[string]float64{}
	for _, part := range r.Parts {
		for _, c := range part.Credits {
			if c.Model == model {
				credit[c.Channel] += c.Conversions
			}
			if c.Model == model && c.Spend != nil {
				spend[c.Channel] += *c.Spend
			}
		}
	}
	r.parts(s, model, mostOf(credit), "0.0", shareCell)
	note := "Shares in per cent by " + model + ", ± half of the 95 % interval."
	if len(names) > 1 || len(credit) >= modelsAbreast {
		note += " --model chooses another; --output csv has all models and names."
	}
	r.Notes = append(r.Notes, note)
	if len(spend) == 0 {
		return
	}
	s.title("Cost per conversion in " + r.Currency + " by " + model)
	r.parts(s, model, mostOf(spend), unknownCell, func(c channelCredit) string { return cmp.Or(ratioCell(c.CPA), unknownCell) })
	if slices.ContainsFunc(r.Parts, func(p *creditReport) bool {
		return slices.ContainsFunc(p.Credits, func(c channelCredit) bool { return c.Model == model && c.ROAS != nil })
	}) {
		s.title("Return on what was spent, by " + model)
		r.parts(s, model, mostOf(spend), unknownCell, func(c channelCredit) string { return cmp.Or(ratioCell(c.ROAS), unknownCell) })
	}
	r.Notes = append(r.Notes, "Conversions follow costs with a delay, which a short "+r.By+" shows as a bad one.")
}

// mostOf are the names with the highest figures, as many as fit beside each other.
func mostOf(figures map[string]float64) []string {
	names := slices.SortedFunc(maps.Keys(figures), func(a, b string) int { return cmp.Or(cmp.Compare(figures[b], figures[a]), cmp.Compare(a, b)) })
	return names[:min(len(names), modelsAbreast-1)]
}

// parts is a table of parts by channels, of one model; a channel that a part doesn't have gets the empty cell.
func (r *creditReport) parts(s *screen, model string, channels []string, empty string, cell func(channelCredit) string) {
	headings := []string{r.By, "conv.>"}
	for _, name := range channels {
		headings = append(headings, shorten(name, 12)+">")
	}
	rows := make([][]string, len(r.Parts))
	for i, part := range r.Parts {
		rows[i] = append([]string{shorten(part.Part, 15), fixed(part.Conversions)}, slices.Repeat([]string{empty}, len(channels))...)
		for _, c := range part.Credits {
			if at := slices.Index(channels, c.Channel); at >= 0 && c.Model == model {
				rows[i][2+at] = cell(c)
			}
		}
	}
	s.table(headings, rows)
}
