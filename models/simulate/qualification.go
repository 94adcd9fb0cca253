package simulate

import (
	"cmp"
	"slices"
)

// mark is something a person did that the default product qualification looks at.
type mark struct {
	at    int64 // milliseconds since 1970
	what  markKind
	count int
}

type markKind uint8

const (
	used markKind = iota
	invitedSomeone
	hitLimit
	sawPrices
	reachedValue
	markKinds
)

const (
	shortWindow = 14 * millisecondsPerDay
	longWindow  = 30 * millisecondsPerDay
)

func (p *person) mark(c *company, at moment, what markKind, count int) {
	p.marks = append(p.marks, mark{at.calendar(c.offset), what, count})
}

// qualifies is the first instant, in milliseconds, at which a unit that is on the free plan from a time on meets the
// default product definitions: features used ten times on three days, or three times after a limit was hit or by somebody
// activated who looked at the prices twice, all within two weeks; or two invitations and three uses within a month.
// ever is false where none is met. It sorts the marks.
func qualifies(marks []mark, from int64) (at int64, ever bool) {
	slices.SortFunc(marks, func(a, b mark) int { return cmp.Compare(a.at, b.at) })
	for i, m := range marks {
		if m.at >= from && qualified(marks[:i+1], m.at) {
			return m.at, true
		}
	}
	return 0, false
}

func qualified(marks []mark, now int64) bool {
	var short, long [markKinds]int
	var days, lastDay int64 = 0, -1
	for i := len(marks) - 1; i >= 0 && marks[i].at > now-longWindow; i-- {
		m := marks[i]
		long[m.what] += m.count
		if m.at <= now-shortWindow {
			continue
		}
		short[m.what] += m.count
		if day := m.at / millisecondsPerDay; m.what == used && day != lastDay {
			days, lastDay = days+1, day
		}
	}
	return short[used] >= 10 && days >= 3 ||
		short[used] >= 3 && short[hitLimit] >= 1 ||
		short[used] >= 3 && short[reachedValue] >= 1 && short[sawPrices] >= 2 ||
		long[used] >= 3 && long[invitedSomeone] >= 2
}

// qualify sets when the company as a whole was product-qualified: its members' marks are taken together.
func (w *world) qualify(c *company) {
	c.marks = c.marks[:0]
	from := never
	for i := range c.people {
		p := &c.people[i]
		if p.settled && !p.junk() {
			c.marks = append(c.marks, p.marks...)
			from = min(from, p.signUp)
		}
	}
	c.qualified = 0
	if from < never {
		c.qualified, _ = qualifies(c.marks, from.calendar(c.offset))
	}
}

// junk people are no prospects and convert to nothing, as in the pipeline.
func (p *person) junk() bool {
	return p.kind == junkAddress || p.kind == keyboardMash || p.kind == ownStaff
}
