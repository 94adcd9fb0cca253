package qualify

import (
	"errors"
	"fmt"
	"slices"
)

// ProductDefinition says when use of the product qualifies a free or trial user (a PQL). All its conditions must hold
// at once, each within its window; the instant is that of the event that made the last one true.
type ProductDefinition struct {
	Named `yaml:",inline"`
	// Plans that the unit must be on: free, trial.
	Plans words `yaml:"plans"`
	// WindowDays is how far back a condition looks.
	WindowDays float64 `yaml:"window_days"`
	// LapseDays after the last event that a condition counts, the unit is a PQL no more.
	LapseDays float64 `yaml:"lapse_days"`
	// FitFloor is the least fit the unit must have.
	FitFloor float64 `yaml:"fit_floor"`
	// UnlessIn are stages that keep the unit from qualifying.
	UnlessIn words            `yaml:"unless_in"`
	All      []UsageCondition `yaml:"all"`
	// Reason is what people read.
	Reason string `yaml:"reason"`
}

// UsageCondition counts events of the meanings On within the window: at least Count of them, on at least Days distinct
// UTC days, and with at least Distinct different values of Property.
type UsageCondition struct {
	On       words  `yaml:"on"`
	Count    int    `yaml:"count"`
	Days     int    `yaml:"days"`
	Property string `yaml:"property"`
	Distinct int    `yaml:"distinct"`
}

// Plans a unit can be on. It has none before it signs up.
const (
	planNone  = ""
	planFree  = "free"
	planTrial = "trial"
	planPaid  = "paid"
)

func (p ProductDefinition) validate() error {
	faults := []error{
		unknownWords("plan", p.Plans, map[string]bool{planFree: true, planTrial: true, planPaid: true}),
		unknownWords("stage", p.UnlessIn, knownStages),
	}
	if p.WindowDays <= 0 || p.LapseDays <= 0 || len(p.All) == 0 || len(p.Plans) == 0 {
		faults = append(faults, errors.New("needs plans, window_days, lapse_days and conditions"))
	}
	for _, c := range p.All {
		faults = append(faults, unknownWords("meaning", c.On, knownMeanings))
		if len(c.On) == 0 || c.Count < 0 || c.Days < 0 || (c.Property == "") != (c.Distinct <= 0) {
			faults = append(faults, errors.New("a condition needs on, and distinct together with property"))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("product definition %s: %w", p.Name, err)
	}
	return nil
}

// usage is a condition's sliding window over one unit's events.
type usage struct {
	events []use
	oldest int // index of the first event still in the window
	days   int // distinct days in the window; the events are in order of time, so a day is one run
	values map[string]int
}

type use struct {
	at      int64
	eventID string
	value   string
}

func (u *usage) push(x use) {
	if u.oldest == len(u.events) || u.events[len(u.events)-1].at/dayMS != x.at/dayMS {
		u.days++
	}
	u.events = append(u.events, x)
	if x.value != "" {
		if u.values == nil {
			u.values = map[string]int{}
		}
		u.values[x.value]++
	}
}

// expire forgets what happened at or before a time.
func (u *usage) expire(horizon int64) {
	for u.oldest < len(u.events) && u.events[u.oldest].at <= horizon {
		gone := u.events[u.oldest]
		u.oldest++
		if u.oldest == len(u.events) || u.events[u.oldest].at/dayMS != gone.at/dayMS {
			u.days--
		}
		if gone.value == "" {
			continue
		}
		if u.values[gone.value]--; u.values[gone.value] == 0 {
			delete(u.values, gone.value)
		}
	}
	if u.oldest > 64 && u.oldest*2 > len(u.events) {
		u.events = append(u.events[:0], u.events[u.oldest:]...)
		u.oldest = 0
	}
}

func (u *usage) clear() { *u = usage{events: u.events[:0]} }

func (u *usage) count() int { return len(u.events) - u.oldest }

func (c UsageCondition) holds(u *usage) bool {
	return u.count() >= max(c.Count, 1) && u.days >= c.Days && len(u.values) >= c.Distinct
}

// product is the state of one definition for one unit.
type product struct {
	usages []usage
	live   bool  // all conditions held, and it has not lapsed since
	lastAt int64 // last event that counted
}

func (p *product) expire(horizon int64) {
	for i := range p.usages {
		p.usages[i].expire(horizon)
	}
}

func (p *product) clear() {
	for i := range p.usages {
		p.usages[i].clear()
	}
	p.live = false
}

func (p *ProductDefinition) holds(state *product) bool {
	for i, c := range p.All {
		if !c.holds(&state.usages[i]) {
			return false
		}
	}
	return true
}

// evidence are the latest events that counted, oldest first.
func (p *product) evidence() []string {
	var latest []use
	for i := range p.usages {
		latest = append(latest, p.usages[i].events[max(p.usages[i].oldest, len(p.usages[i].events)-maxEvidence):]...)
	}
	slices.SortStableFunc(latest, func(a, b use) int { return int(min(max(a.at-b.at, -1), 1)) })
	ids := make([]string, 0, maxEvidence)
	for _, x := range latest[max(0, len(latest)-maxEvidence):] {
		if !slices.Contains(ids, x.eventID) {
			ids = append(ids, x.eventID)
		}
	}
	return ids
}

// maxEvidence bounds the events named on a row: enough to check by hand.
const maxEvidence = 20
