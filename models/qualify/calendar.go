package qualify

import (
	"strings"
	"time"
	_ "time/tzdata" // business hours are meant in a place's time, on machines without a time zone database too
)

// CalendarDefinition are the hours in which somebody is there to answer. Days left out are closed.
type CalendarDefinition struct {
	TimeZone string           `yaml:"time_zone"` // IANA name, such as Europe/Madrid; UTC
	Hours    map[string]words `yaml:"hours"`     // by mon … sun: "09:00-13:00", one or several
	Holidays words            `yaml:"holidays"`  // 2026-12-25
}

// calendar is a CalendarDefinition, compiled; nil is open day and night.
type calendar struct {
	zone     *time.Location
	hours    [7][]opening // by time.Weekday
	holidays map[string]bool
}

// opening is a stretch of a day, in minutes from midnight.
type opening struct{ from, to int }

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday,
	"fri": time.Friday, "sat": time.Saturday,
}

func (d *CalendarDefinition) compile(p place) *calendar {
	if d == nil {
		return nil
	}
	c := &calendar{zone: time.UTC, holidays: map[string]bool{}}
	if d.TimeZone != "" {
		zone, err := time.LoadLocation(d.TimeZone)
		if err != nil {
			p.key("time_zone").faultf("unknown time zone %q; use an IANA name such as Europe/Madrid", d.TimeZone)
		} else {
			c.zone = zone
		}
	}
	if len(d.Hours) == 0 {
		p.faultf("a calendar needs hours")
	}
	for day, stretches := range d.Hours {
		weekday, ok := weekdays[day]
		if !ok {
			p.key("hours").faultf("unknown day %q; there are mon, tue, wed, thu, fri, sat and sun", day)
			continue
		}
		for _, stretch := range stretches {
			o, ok := parseOpening(stretch)
			if !ok || len(c.hours[weekday]) > 0 && c.hours[weekday][len(c.hours[weekday])-1].to > o.from {
				p.key("hours").key(day).faultf("%q: hours are written 09:00-17:30, one after the other", stretch)
			}
			c.hours[weekday] = append(c.hours[weekday], o)
		}
	}
	for i, holiday := range d.Holidays {
		if _, err := time.Parse(time.DateOnly, holiday); err != nil {
			p.key("holidays").item(i).faultf("%q is no date; write 2026-12-25", holiday)
		}
		c.holidays[holiday] = true
	}
	return c
}

func parseOpening(text string) (opening, bool) {
	from, to, ok := strings.Cut(text, "-")
	a, okFrom := parseMinutes(strings.TrimSpace(from))
	b, okTo := parseMinutes(strings.TrimSpace(to))
	return opening{a, b}, ok && okFrom && okTo && a < b
}

func parseMinutes(text string) (int, bool) {
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

// between is how much of the time from a to b was open, in milliseconds. It goes from day to day, so a and b should lie
// within weeks of each other.
func (c *calendar) between(a, b int64) int64 {
	if c == nil {
		return b - a
	}
	open := int64(0)
	first := instant(a).In(c.zone)
	for day := time.Date(first.Year(), first.Month(), first.Day(), 0, 0, 0, 0, c.zone); day.UnixMilli() < b; day = day.AddDate(0, 0, 1) {
		if c.holidays[day.Format(time.DateOnly)] {
			continue
		}
		for _, o := range c.hours[day.Weekday()] {
			open += max(0, min(b, wallClock(day, o.to))-max(a, wallClock(day, o.from)))
		}
	}
	return open
}

// wallClock is the instant at which the clocks of a day show so many minutes: on the day that clocks change, not that
// long after midnight.
func wallClock(day time.Time, minutes int) int64 {
	return time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, day.Location()).UnixMilli()
}
