// Package quality says how good a definition of qualification is: of the units it flags, how many convert (precision); of
// those that convert, how many it had flagged (recall); how much better it is than chance (lift); how early it speaks.
// Formulas: docs/quality.md, after sections 2 and 7 of the definitions.
//
// Two rules hold everywhere. Nothing that happens at or after a conversion counts towards it, nor anything after the
// instant of qualification (leakage). And whoever could not yet be observed for the whole horizon is neither a success
// nor a failure: censored, counted apart.
//
// The package is pure: no clock, chance or database. Rates without a case are 0 with a count of 0 beside them.
package quality

import (
	"slices"
	"strings"
	"time"
)

// Unit is a person or account that became a lead: it asked for something, signed up, qualified or went to sales. Units
// who were only seen are no part of the population: with them every definition would look good.
type Unit struct {
	ID          string    `ch:"unit_id"`
	StartedAt   time.Time `ch:"started_at"`        // first stage other than suspect
	ConvertedAt time.Time `ch:"converted_at,null"` // first win; zero: not yet
}

// Flag is the first time that a unit met a definition.
type Flag struct {
	UnitID string
	At     time.Time
	Score  float64 // lead score at that instant
	// Leaked: its evidence is later than itself. Such a flag knows the future and counts as none.
	Leaked bool
}

// Options say how long a conversion may take and when the observation ends.
type Options struct {
	Horizon time.Duration // a conversion later than this after the flag is not the definition's merit
	Until   time.Time     // end of observation
}

// fate is what became of a unit under a definition.
type fate struct {
	clock     time.Time // the flag, else the start
	score     float64
	start     time.Time
	flagged   bool // before it converted
	judged    bool // observed for the whole horizon from the clock on
	converted bool // within the horizon from the clock on
	ever      bool // converted at all
	late      bool // met the definition only at or after the conversion
	leaked    bool
	lead      time.Duration // flag to conversion, where converted and flagged
}

func judge(u *Unit, flag *Flag, o Options) fate {
	f := fate{clock: u.StartedAt, start: u.StartedAt, ever: !u.ConvertedAt.IsZero()}
	switch {
	case flag == nil:
	case flag.Leaked:
		f.leaked = true
	case f.ever && !flag.At.Before(u.ConvertedAt):
		f.late = true
	default:
		f.flagged, f.clock, f.score = true, flag.At, flag.Score
	}
	f.judged = !f.clock.Add(o.Horizon).After(o.Until)
	if f.ever {
		wait := u.ConvertedAt.Sub(f.clock)
		f.converted = wait <= o.Horizon
		if f.flagged {
			f.lead = wait
		}
	}
	return f
}

// SortUnits puts units into the order that the measures want.
func SortUnits(units []Unit) {
	slices.SortFunc(units, func(a, b Unit) int { return strings.Compare(a.ID, b.ID) })
}
