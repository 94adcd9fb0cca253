package qualify

import (
	"cmp"
	"time"
)

// Movements of what a unit pays by the month, as the trade names them.
const (
	movementNew          = "new"          // the first subscription
	movementReactivation = "reactivation" // one after all had ended
	movementFound        = "found"        // a subscription that had begun before the events do
	movementExpansion    = "expansion"    // more than before
	movementContraction  = "contraction"  // less than before
	movementSwitch       = "switch"       // another plan, no more and no less, or not to be compared
	movementChurn        = "churn"        // the last subscription ended
)

// RevenueMovement is a row of table revenue_movements: an event changed what a unit pays for all its subscriptions.
type RevenueMovement struct {
	UnitKind   string    `ch:"unit_kind"`
	UnitID     string    `ch:"unit_id"`
	AccountID  string    `ch:"account_id"`
	MovedAt    time.Time `ch:"moved_at"`
	Movement   string    `ch:"movement"`
	Before     int64     `ch:"monthly_before,decimal4"` // 0 where not known, or nothing
	After      int64     `ch:"monthly_after,decimal4"`
	Currency   string    `ch:"currency"`
	Known      bool      `ch:"known"` // both amounts are
	EventID    string    `ch:"event_id"`
	JunkReason string    `ch:"junk_reason"`
}

// noteMovement writes what the event did to the worth of all subscriptions; open is how many there were before. Where money
// of one currency gives way to money of another there are two rows, so that each currency's rows add up to what is paid.
func (e *evaluation) noteMovement(p *parallel, r *running, open int) {
	if p.What != parallelSubscription {
		return
	}
	after := r.worth()
	movement := e.movement(r, open, after)
	if movement == "" {
		return
	}
	if r.before.amount > 0 && after.amount > 0 && !r.before.comparable(after) {
		e.writeMovement(movement, r.before, worth{}, false)
		e.writeMovement(movement, worth{}, after, false)
		return
	}
	e.writeMovement(movement, r.before, after, (open == 0 || r.before.amount > 0) && (len(r.open) == 0 || after.amount > 0))
}

func (e *evaluation) writeMovement(movement string, before, after worth, known bool) {
	e.moved = append(e.moved, RevenueMovement{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, MovedAt: instant(e.at), Movement: movement,
		Before: before.amount, After: after.amount, Currency: cmp.Or(after.currency, before.currency), Known: known,
		EventID: e.signal.EventID, JunkReason: e.unit.JunkReason,
	})
}

// movement names it; "" where nothing moved.
func (e *evaluation) movement(r *running, open int, after worth) string {
	now := len(r.open)
	switch {
	case open == 0 && now == 0:
		return ""
	case now == 0:
		return movementChurn
	case open == 0 && len(e.moved) > 0:
		return movementReactivation
	case open == 0 && isContinuation(e.signal.Meaning):
		return movementFound
	case open == 0:
		return movementNew
	case after.more(r.before):
		return movementExpansion
	case r.before.more(after):
		return movementContraction
	case r.replaced:
		return movementSwitch
	case after.comparable(r.before):
		return ""
	case now > open:
		return movementExpansion
	case now < open:
		return movementContraction
	default:
		return ""
	}
}
