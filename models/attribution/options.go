package attribution

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Policies of Options.Cycle.
const (
	Reset       = "reset"        // a touch counts for the next conversion only
	LookThrough = "look_through" // a touch counts for every conversion within the look-back
)

// Policies of Options.Direct. They apply before weights, so that the touches that remain share the whole credit.
const (
	KeepDirect           = "keep"             // direct is a channel like any other
	DropDirectUnlessOnly = "drop_unless_only" // direct touches count only in journeys that have no other
	DropDirectLast       = "drop_last"        // direct touches after the last other touch don't count
)

// Options say how Journeys cuts a history. The zero value means the defaults.
type Options struct {
	// ConversionType is the stage or event converted to; conversions of other types are ignored. Empty: all of them.
	ConversionType string
	// EntryType is the conversion that Journey.EnteredAt is of; default signed_up.
	EntryType     string
	LookBack      time.Duration // how long before a conversion a touch counts; default 90 days
	Cycle         string        // Reset (default) or LookThrough
	Direct        string        // KeepDirect, DropDirectUnlessOnly (default) or DropDirectLast
	DirectChannel string        // name of the direct channel; default Direct
	// From and Until bound the report range: conversions in [From, Until) are credited, with touches from
	// From − LookBack on. Zero: unbounded.
	From, Until time.Time
	// ObservedFrom and ObservedUntil are the ends of the recorded history. A journey without a conversion is censored
	// while less than LookBack of it could be observed after its last touch. Zero: unbounded.
	ObservedFrom, ObservedUntil time.Time
}

const defaultLookBack = 90 * 24 * time.Hour

// withDefaults fills what is empty.
func (o Options) withDefaults() Options {
	o.LookBack = cmp.Or(o.LookBack, defaultLookBack)
	o.EntryType = cmp.Or(o.EntryType, "signed_up")
	o.Cycle = cmp.Or(o.Cycle, Reset)
	o.Direct = cmp.Or(o.Direct, DropDirectUnlessOnly)
	o.DirectChannel = cmp.Or(o.DirectChannel, Direct)
	return o
}

// Validate reports all faults at once. Journeys takes options that passed it.
func (o Options) Validate() error {
	o = o.withDefaults()
	var faults []error
	if o.LookBack < 0 {
		faults = append(faults, fmt.Errorf("look-back %s: must be positive", o.LookBack))
	}
	if o.Cycle != Reset && o.Cycle != LookThrough {
		faults = append(faults, fmt.Errorf("cycle %q: must be %s or %s", o.Cycle, Reset, LookThrough))
	}
	switch o.Direct {
	case KeepDirect, DropDirectUnlessOnly, DropDirectLast:
	default:
		faults = append(faults, fmt.Errorf("direct %q: must be %s, %s or %s",
			o.Direct, KeepDirect, DropDirectUnlessOnly, DropDirectLast))
	}
	if !o.From.IsZero() && !o.Until.IsZero() && !o.From.Before(o.Until) {
		faults = append(faults, fmt.Errorf("report range from %s until %s: must end after it starts", o.From, o.Until))
	}
	return errors.Join(faults...)
}

// reports whether a conversion or a journey that ended at t belongs to the report range.
func (o Options) inRange(t time.Time) bool {
	return (o.From.IsZero() || !t.Before(o.From)) && (o.Until.IsZero() || t.Before(o.Until))
}
