package models

import (
	"context"
	"errors"
	"time"

	"github.com/funnelcloud/funnelcloud/models/touch"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// findTouchpoints makes a touchpoint of each session's entry and of each other contact, but for those of programs and of
// ourselves, which it counts.
func findTouchpoints(ctx context.Context, r *run) (in, out uint64, err error) {
	rules := r.o.Channels.WithOwnDomains(r.o.OwnDomains...)
	w, err := newTouchWriter(r, rules)
	if err != nil {
		return 0, 0, err
	}
	params := r.params("session_gap_seconds", uint32(r.o.SessionGap.Seconds()), "product_pages", r.o.ProductPages, "own_domains", rules.NotReferrers(),
		"own_click_ids", rules.OwnClickIDs(), "campaign_ends", !r.o.SessionOverCampaigns, "meanings", rules.ContactMeanings())
	for s, err := range selectByRange[touch.Session](ctx, r, "staging/sessions.sql", params) {
		if err == nil {
			in++
			err = w.session(ctx, s)
		}
		if err != nil {
			return in, w.touches.Written(), err
		}
	}
	for c, err := range warehouse.Select[touch.Contact](ctx, r.db, "staging/contacts.sql", params) {
		if err == nil {
			in++
			err = w.contact(ctx, c)
		}
		if err != nil {
			return in, w.touches.Written(), err
		}
	}
	err = errors.Join(w.touches.Flush(ctx), w.excluded.Flush(ctx))
	return in, w.touches.Written(), err
}

// touchWriter sorts sessions and contacts into touchpoints and what is none.
type touchWriter struct {
	rules    touch.Rules
	touches  *warehouse.Writer[touch.Touchpoint]
	excluded *warehouse.Writer[excludedTouch]
}

// excludedTouch is a row of table excluded_touches.
type excludedTouch struct {
	TouchID   string    `ch:"touch_id"`
	PersonID  string    `ch:"person_id"`
	TouchTS   time.Time `ch:"touch_ts"`
	Reason    string    `ch:"reason"`
	Source    string    `ch:"source"`
	UserAgent string    `ch:"user_agent"`
	Events    uint32    `ch:"events"`
}

func newTouchWriter(r *run, rules touch.Rules) (touchWriter, error) {
	touches, err := warehouse.NewWriter[touch.Touchpoint](r.db, "touchpoints_by_run", r.row.RunID)
	if err != nil {
		return touchWriter{}, err
	}
	excluded, err := warehouse.NewWriter[excludedTouch](r.db, "excluded_touches_by_run", r.row.RunID)
	return touchWriter{rules: rules, touches: touches, excluded: excluded}, err
}

func (w touchWriter) session(ctx context.Context, s touch.Session) error {
	if reason := w.rules.Excluded(s.URL, s.UserAgent); reason != "" {
		return w.excluded.Append(ctx, excludedTouch{s.TouchID, s.PersonID, s.TouchTS, reason, s.Source, s.UserAgent, s.Events})
	}
	return w.touches.Append(ctx, touch.FromSession(s, w.rules))
}

func (w touchWriter) contact(ctx context.Context, c touch.Contact) error {
	if reason := w.rules.Excluded(c.URL, c.UserAgent); reason != "" {
		return w.excluded.Append(ctx, excludedTouch{c.TouchID, c.PersonID, c.TouchTS, reason, c.Source, c.UserAgent, 1})
	}
	return w.touches.Append(ctx, touch.FromContact(c, w.rules))
}

// channels are the run's rules of channels and exclusions.
func (o Options) channels() (touch.Rules, error) {
	if o.Channels != nil {
		return *o.Channels, nil
	}
	return touch.DefaultRules()
}
