package path

import "time"

// returns are the units that were written off (entered one of Options.Lost) and what became of them.
type returns struct {
	lost     int
	returned durations // from the first loss to the next state, of those that came back to one that is no set-back
}

// add looks for the first loss of a unit and its first step back into play.
func (r *returns) add(b *Builder, ids []int32, visits []Visit) {
	var since time.Time
	lost := false
	for i, id := range ids {
		s := &b.states[id]
		if lost && !s.lost && !s.setBack {
			r.returned.add(max(visits[i].At.Sub(since), 0))
			return
		}
		if s.lost && !lost {
			r.lost++
			lost, since = true, visits[i].At
		}
	}
}

// Requalification is how many of the units that were written off came back, and how long that took. Coming back is
// entering any state but those of Options.Lost and SetBack.
type Requalification struct {
	Disqualified uint64  `json:"disqualified"`
	Requalified  uint64  `json:"requalified"`
	Rate         float64 `json:"rate"`
	RateLow      float64 `json:"rate_low"` // Wilson's 95 % interval
	RateHigh     float64 `json:"rate_high"`
	MedianDays   float64 `json:"median_days"`
}

// Requalification of the units of the Builder.
func (b *Builder) Requalification() Requalification {
	q := Requalification{
		Disqualified: uint64(b.returns.lost), Requalified: b.returns.returned.count,
		MedianDays: b.returns.returned.quantile(.5) / 86400,
	}
	q.Rate = share(q.Requalified, q.Disqualified)
	q.RateLow, q.RateHigh = wilson(q.Requalified, q.Disqualified)
	return q
}
