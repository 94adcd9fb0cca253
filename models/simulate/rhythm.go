package simulate

import "sort"

const (
	millisecondsPerDay  = 86_400_000
	millisecondsPerHour = 3_600_000
	mondayEpoch         = 4 * millisecondsPerDay // 1970-01-05, a Monday
)

// moment is an instant in busy time: days since Monday 1970-01-05 on a clock that runs fast when people are busy and
// nearly stands still at night and on weekends. A week of busy time is a week of calendar time. Lives are decided in
// busy time with constant rates; translating to the calendar gives them the rhythm of the week and, since the
// translation is strictly increasing, keeps every order of cause and effect.
type moment float64

// How busy an hour of the local day is, and a day of the week from Monday.
var (
	hourBusy = [24]float64{
		.25, .15, .1, .1, .12, .2, .45, .9, 1.6, 2.2, 2.3, 2.1, 1.5, 1.9, 2.2, 2.1, 1.8, 1.3, .9, .8, .8, .7, .5, .35,
	}
	dayBusy = [7]float64{1.2, 1.3, 1.25, 1.2, 1.05, .45, .55}
)

// week[h] is the busy time that has passed at hour h of the week, in days.
var week = func() (passed [169]float64) {
	for h := range 168 {
		passed[h+1] = passed[h] + hourBusy[h%24]*dayBusy[h/24]
	}
	for h := range passed {
		passed[h] *= 7 / passed[168]
	}
	passed[168] = 7
	return passed
}()

// calendar translates to milliseconds since 1970, UTC, for people whose local clock is ahead by offset milliseconds.
func (m moment) calendar(offset int64) int64 {
	weeks := int64(m / 7)
	rest := float64(m) - float64(weeks)*7
	h := sort.Search(167, func(i int) bool { return week[i+1] > rest })
	hours := float64(h) + (rest-week[h])/(week[h+1]-week[h])
	return mondayEpoch + weeks*7*millisecondsPerDay + int64(hours*millisecondsPerHour) - offset
}

// momentOf is the inverse of calendar.
func momentOf(milliseconds, offset int64) moment {
	local := milliseconds + offset - mondayEpoch
	weeks := local / (7 * millisecondsPerDay)
	rest := local - weeks*7*millisecondsPerDay
	h := rest / millisecondsPerHour
	part := float64(rest-h*millisecondsPerHour) / millisecondsPerHour
	return moment(float64(weeks)*7 + week[h] + part*(week[h+1]-week[h]))
}
