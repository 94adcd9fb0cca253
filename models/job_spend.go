package models

import (
	"context"
	"time"

	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// spendRow is a row of table spend: what one event says that advertising cost.
type spendRow struct {
	EventID  string    `ch:"event_id"`
	SpentAt  time.Time `ch:"spent_at"`
	Platform string    `ch:"platform"`
	Channel  string    `ch:"channel"`
	Source   string    `ch:"utm_source"`
	Medium   string    `ch:"utm_medium"`
	Campaign string    `ch:"utm_campaign"`
	Cost     int64     `ch:"cost,decimal4"`
	Currency string    `ch:"currency"`
}

// unassigned is the channel that the rules give what they don't know.
const unassigned = "Unassigned"

// recordSpend writes every cost with the channel that it states, or that its source and medium belong to. One that names
// its campaign alone gets its channel when it is read, from the touches of the campaign.
func recordSpend(ctx context.Context, r *run) (in, out uint64, err error) {
	rules, err := r.o.channels()
	if err != nil {
		return 0, 0, err
	}
	w, err := warehouse.NewWriter[spendRow](r.db, "spend_by_run", r.row.RunID)
	if err != nil {
		return 0, 0, err
	}
	costs := warehouse.Select[spendRow](ctx, r.db, "staging/spend.sql", r.params())
	in, err = transfer(ctx, costs, w, func(s spendRow) spendRow {
		if s.Channel == "" && (s.Source != "" || s.Medium != "") {
			s.Channel = rules.Channel(touch.Input{Source: s.Source, Medium: s.Medium, Campaign: s.Campaign, Kind: touch.Web})
		}
		if s.Channel == unassigned {
			s.Channel = "" // its campaign may know better
		}
		return s
	})
	if err != nil {
		return in, w.Written(), err
	}
	err = w.Flush(ctx)
	return in, w.Written(), err
}
