package source

const (
	minute = 60_000
	// earliest is 2000-01-01: an event before it comes from a clock that was never set.
	earliest = 946_684_800_000
	// latest is 2200-01-01: DateTime64(3) ends in 2299, and no message of ours is from then.
	latest = 7_258_118_400_000
)

// clocks are the times that a message names, in Unix milliseconds.
type clocks struct {
	event, sent, received          int64
	hasEvent, hasSent, hasReceived bool
	hasValue                       bool // a value was given, if only 0
}

func (c *clocks) set(column string, ms int64) {
	switch column {
	case "event_ts":
		c.event, c.hasEvent = ms, true
	case "sent_at":
		c.sent, c.hasSent = ms, true
	case "received_at":
		c.received, c.hasReceived = ms, true
	}
}

// corrected is the time of the event by our clock: received − (sent − event), as Segment does it, since the sender's
// clock read both event and sent. It holds however far off that clock is. Without sent_at, or in a file loaded long
// after it was written, the sender's clock stands, but an event can be neither later than its receipt (a minute of drift
// is let pass) nor older than any clock in use: such an event takes the time of its receipt. skewed tells a correction
// of more than a minute.
func (c *clocks) corrected(received int64, backfill bool) (ms int64, skewed bool) {
	if !c.hasEvent {
		return received, false
	}
	ms = c.event
	if c.hasSent && !backfill {
		ms += received - c.sent
	}
	if ms > received+minute || ms < earliest {
		ms = received
	}
	moved := ms - c.event
	return ms, moved > minute || moved < -minute
}
