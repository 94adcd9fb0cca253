package qualify

import (
	"cmp"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// DealRow is a row of table deals: a deal with sales from its creation to its end.
type DealRow struct {
	UnitKind     string    `ch:"unit_kind"`
	UnitID       string    `ch:"unit_id"`
	AccountID    string    `ch:"account_id"`
	Deal         string    `ch:"deal"` // as its events name it; "" where they name none
	Sort         string    `ch:"sort"` // in lower case; "" where no event says
	BeganAt      time.Time `ch:"began_at"`
	EndedAt      time.Time `ch:"ended_at,null"` // zero while open
	Outcome      string    `ch:"outcome"`       // open, won or lost
	Expected     int64     `ch:"expected,decimal4"`
	Closed       int64     `ch:"closed,decimal4"` // 0 unless won
	Currency     string    `ch:"currency"`
	OfCustomer   bool      `ch:"of_customer"` // not the purchase that made the unit a customer
	BeganEventID string    `ch:"began_event_id"`
	EndedEventID string    `ch:"ended_event_id"`
	JunkReason   string    `ch:"junk_reason"`
}

// Outcomes of a deal.
const (
	dealOpen = "open"
	dealWon  = "won"
	dealLost = "lost"
)

// noteBeginning writes a deal down, or what a further event says of one that is open.
func (e *evaluation) noteBeginning(p *parallel, r *running) {
	if p.What != parallelDeal {
		return
	}
	b, open := r.open[r.key]
	if !open {
		return // the event names none, and others are open
	}
	if b.deal == 0 {
		e.deals = append(e.deals, DealRow{
			UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, BeganAt: instant(e.at), Outcome: dealOpen,
			BeganEventID: e.signal.EventID, JunkReason: e.unit.JunkReason,
		})
		b.deal = len(e.deals)
		r.open[r.key] = b
	}
	row := &e.deals[b.deal-1]
	row.Deal, row.Sort, row.OfCustomer = cmp.Or(r.key, row.Deal), b.sort, r.later(r.key, b)
	row.Expected, row.Currency = cmp.Or(e.signal.Value, row.Expected), cmp.Or(e.signal.Currency, row.Currency)
}

// noteEnd ends the deals that the event closes. One event that closes several tells only the amount of one.
func (e *evaluation) noteEnd(p *parallel, r *running) {
	if p.What != parallelDeal {
		return
	}
	ends := r.ends()
	for _, key := range ends {
		row := &e.deals[r.open[key].deal-1]
		row.OfCustomer = r.later(key, r.open[key])
		row.Outcome, row.EndedAt, row.EndedEventID = dealLost, instant(e.at), e.signal.EventID
		if e.signal.Meaning == vocabulary.OpportunityWon {
			row.Outcome = dealWon
			if len(ends) == 1 {
				row.Closed, row.Currency = e.signal.Value, cmp.Or(e.signal.Currency, row.Currency)
			}
		}
	}
}

// closeDeals returns the rows. Whether an open deal is a customer's is asked in the end.
func (e *evaluation) closeDeals() []DealRow {
	for i, p := range e.program.parallels {
		if p.What != parallelDeal {
			continue
		}
		for key, b := range e.running[i].open {
			e.deals[b.deal-1].OfCustomer = e.running[i].later(key, b)
		}
	}
	return e.deals
}
