package models

import (
	"context"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// LeftOut is what the published run left out, or did not believe, for one reason.
type LeftOut struct {
	What   string `ch:"what" json:"what"`
	Reason string `ch:"reason" json:"reason"`
	Items  uint64 `ch:"items" json:"items"`
	Events uint64 `ch:"events" json:"events"` // 0: it is not about events
}

// ReadLeftOut reads what the published run left out; nothing when none was published.
func ReadLeftOut(ctx context.Context, db *warehouse.DB) ([]LeftOut, error) {
	return warehouse.SelectAll[LeftOut](ctx, db, "screens/left_out.sql", nil)
}
