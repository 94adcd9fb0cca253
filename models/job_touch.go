package models

import (
	"context"
	"iter"

	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// findTouchpoints makes a touchpoint of each session's entry and of each other contact.
func findTouchpoints(ctx context.Context, r *run) (in, out uint64, err error) {
	rules, err := r.o.channels()
	if err != nil {
		return 0, 0, err
	}
	rules = rules.WithOwnDomains(r.o.OwnDomains...)
	w, err := warehouse.NewWriter[touch.Touchpoint](r.db, "touchpoints_by_run", r.row.RunID)
	if err != nil {
		return 0, 0, err
	}
	params := r.params("session_gap_seconds", uint32(r.o.SessionGap.Seconds()), "product_pages", r.o.ProductPages, "own_domains", rules.NotReferrers())
	sessions := warehouse.Select[touch.Session](ctx, r.db, "staging/sessions.sql", params)
	contacts := warehouse.Select[touch.Contact](ctx, r.db, "staging/contacts.sql", params)
	read, err := transfer(ctx, sessions, w, func(s touch.Session) touch.Touchpoint { return touch.FromSession(s, rules) })
	if err != nil {
		return read, w.Written(), err
	}
	more, err := transfer(ctx, contacts, w, func(c touch.Contact) touch.Touchpoint { return touch.FromContact(c, rules) })
	if err != nil {
		return read + more, w.Written(), err
	}
	err = w.Flush(ctx)
	return read + more, w.Written(), err
}

// channels are the run's rules of channels and exclusions.
func (o Options) channels() (touch.Rules, error) {
	if o.Channels != nil {
		return *o.Channels, nil
	}
	return touch.DefaultRules()
}

// transfer writes what turn makes of each row, and counts the rows.
func transfer[From, To any](ctx context.Context, rows iter.Seq2[From, error], w *warehouse.Writer[To], turn func(From) To) (read uint64, err error) {
	for row, err := range rows {
		if err != nil {
			return read, err
		}
		read++
		if err := w.Append(ctx, turn(row)); err != nil {
			return read, err
		}
	}
	return read, nil
}
