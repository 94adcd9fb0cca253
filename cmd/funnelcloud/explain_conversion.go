package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// conversionHead is what converted, when, and what it was worth.
type conversionHead struct {
	UnitKind string    `ch:"unit_kind" json:"unit_kind"`
	UnitID   string    `ch:"unit_id" json:"unit_id"`
	Type     string    `ch:"conversion_type" json:"conversion_type"`
	At       time.Time `ch:"converted_at" json:"converted_at"`
	Value    float64   `ch:"value" json:"value"`
	Currency string    `ch:"currency" json:"currency,omitempty"`
	Evidence string    `ch:"event_id" json:"event_id"`
	Reason   string    `ch:"unattributed_reason" json:"unattributed_reason,omitempty"`
}

// creditLine is what one model gives one touch of a conversion. A touch that no model gives anything has one without a
// model; what would have happened anyway stands at position 0.
type creditLine struct {
	Position    uint32    `ch:"position" json:"position"`
	Touches     uint32    `ch:"touches" json:"touches"`
	At          time.Time `ch:"touch_ts,null" json:"at,omitzero"`
	Channel     string    `ch:"channel" json:"channel"`
	Source      string    `ch:"utm_source" json:"source,omitempty"`
	Medium      string    `ch:"utm_medium" json:"medium,omitempty"`
	Campaign    string    `ch:"utm_campaign" json:"campaign,omitempty"`
	LandingPage string    `ch:"landing_page" json:"landing_page,omitempty"`
	TouchID     string    `ch:"touch_id" json:"touch_id,omitempty"` // an event
	PersonID    string    `ch:"person_id" json:"person_id,omitempty"`
	Model       string    `ch:"model" json:"model,omitempty"`
	Version     string    `ch:"model_version" json:"model_version,omitempty"`
	Weight      float64   `ch:"weight" json:"weight"`
	Value       float64   `ch:"credited_value" json:"credited_value"`
	Rule        string    `ch:"rule" json:"rule,omitempty"`
}

func (e explainer) conversion(ctx context.Context, id string) error {
	params := warehouse.Params{"conversion_id": id}
	heads, err := warehouse.SelectAll[conversionHead](ctx, e.db, "screens/conversion.sql", params)
	if err != nil {
		return err
	}
	if len(heads) == 0 {
		return fmt.Errorf("the published run has no conversion %q", id)
	}
	credit, err := warehouse.SelectAll[creditLine](ctx, e.db, "screens/conversion_credit.sql", params)
	if err != nil {
		return err
	}
	if e.output == outputJSON {
		return writeJSON(e.screen, explanation{Conversion: &heads[0], Credit: credit})
	}
	e.showConversion(&heads[0])
	if heads[0].Reason != "" {
		_, err := fmt.Fprintf(e.screen.out, "No touch gets credit: %s.\n", heads[0].Reason)
		return err
	}
	e.showCredit(heads[0].UnitKind, credit)
	return nil
}

// showCredit shows the touches of a conversion and what each model gives them: of very many the first and the last.
func (e explainer) showCredit(unitKind string, credit []creditLine) {
	all := touchesOf(credit)
	touches := all
	if most := int(e.top); len(all) > most {
		touches = slices.Concat(all[:most/2], all[len(all)-(most-most/2):])
	}
	e.showTouches(unitKind, touches)
	for from := 0; from < len(touches); from += touchesAbreast {
		until := min(from+touchesAbreast, len(touches))
		e.showWeights(credit, touches[from:until], until == len(touches))
	}
	if len(touches) < len(all) {
		_, _ = fmt.Fprintln(e.screen.out, "\n"+wrap(fmt.Sprintf("%d of %s touches are shown, the first and the last: --top shows more, --output json all.",
			len(touches), thousands(int64(len(all)))), storyWidth))
	}
}

func (e explainer) showConversion(h *conversionHead) {
	e.screen.title(fmt.Sprintf("%s %s converted to %s", h.UnitKind, h.UnitID, h.Type))
	worth := ""
	if h.Value != 0 {
		worth = fmt.Sprintf(", worth %s %s", fixed(h.Value), h.Currency)
	}
	_, _ = fmt.Fprintf(e.screen.out, "%s UTC%s %s\n", h.At.Format("2006-01-02 15:04"), worth, proof(h.Evidence))
}

// touchesOf is a line of each touch, in order.
func touchesOf(credit []creditLine) (touches []creditLine) {
	for _, c := range credit {
		if c.Position > uint32(len(touches)) {
			touches = append(touches, c)
		}
	}
	return touches
}

// showTouches lists the touches, each with its event. In journeys of accounts it says who was touched.
func (e explainer) showTouches(unitKind string, touches []creditLine) {
	rows := make([][]string, len(touches))
	for i, t := range touches {
		var about []string
		for _, text := range []string{t.Source, t.Medium, t.Campaign, t.LandingPage} {
			if text != "" {
				about = append(about, text)
			}
		}
		if unitKind == "account" {
			about = append(about, t.PersonID)
		}
		rows[i] = []string{fmt.Sprint(t.Position), t.At.Format("2006-01-02 15:04"), shorten(t.Channel, 14), wrap(strings.Join(about, " · "), 38) + "\n" + proof(t.TouchID)}
	}
	e.screen.table([]string{"no.>", "when (UTC)", "channel", "by, and the event"}, rows)
}

// touchesAbreast is how many touches fit beside each other.
const touchesAbreast = 6

// showWeights shows what each model gives some touches, and by which rule if it is the last of such tables.
func (e explainer) showWeights(credit, touches []creditLine, last bool) {
	weights := map[string]map[uint32]float64{}
	rules := map[string]string{}
	anyway := false
	for _, c := range credit {
		if c.Model == "" {
			continue
		}
		if weights[c.Model] == nil {
			weights[c.Model] = map[uint32]float64{}
		}
		weights[c.Model][c.Position] += c.Weight
		rules[c.Model] = c.Rule
		anyway = anyway || c.Position == 0
	}
	headings := []string{"share of each touch"}
	for _, t := range touches {
		headings = append(headings, fmt.Sprintf("%d>", t.Position))
	}
	if last && anyway {
		headings = append(headings, "anyway>")
	}
	if last {
		headings = append(headings, "rule")
	}
	var rows [][]string
	for _, model := range modelOrder(weights) {
		row := []string{model}
		for _, t := range touches {
			row = append(row, weightCell(weights[model][t.Position]))
		}
		if last && anyway {
			row = append(row, weightCell(weights[model][0]))
		}
		if last {
			row = append(row, wrap(rules[model], 14+4*(touchesAbreast-len(touches))))
		}
		rows = append(rows, row)
	}
	_, _ = fmt.Fprintln(e.screen.out)
	e.screen.table(headings, rows)
}

// weightCell is a weight in whole per cent; one that is little is not nothing.
func weightCell(w float64) string {
	switch {
	case w == 0:
		return "·"
	case w < .005:
		return "<1%"
	}
	return fmt.Sprintf("%.0f%%", 100*w)
}

// modelOrder is the models in the order of the documentation; those that it doesn't know last.
func modelOrder[V any](of map[string]V) (names []string) {
	for _, name := range attribution.Names() {
		if _, there := of[name]; there {
			names = append(names, name)
		}
	}
	var unknown []string
	for name := range of {
		if !slices.Contains(names, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return append(names, unknown...)
}
