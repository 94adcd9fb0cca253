package live

import (
	"net/url"
	"testing"
	"time"
)

// A day is as long as clocks make it where the reader is, and the whole of it counts.
func TestDaysAreThoseOfTheZone(t *testing.T) {
	for _, c := range []struct {
		zone, day string
		hours     float64
		starts    string
	}{
		{"", "2026-03-29", 24, "2026-03-29T00:00:00Z"},
		{"Europe/Berlin", "2026-03-28", 24, "2026-03-27T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29", 23, "2026-03-28T23:00:00Z"},
		{"Europe/Berlin", "2026-10-25", 25, "2026-10-24T22:00:00Z"},
		{"America/New_York", "2026-11-01", 25, "2026-11-01T04:00:00Z"},
		{"Asia/Kolkata", "2026-07-01", 24, "2026-06-30T18:30:00Z"},
		{"Pacific/Kiritimati", "2026-07-01", 24, "2026-06-30T10:00:00Z"},
		{"Africa/Cairo", "2026-04-24", 23, "2026-04-23T22:00:00Z"}, // its clocks go forward at midnight
	} {
		o, err := choice{From: c.day, To: c.day, Zone: c.zone}.options(nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.From.UTC().Format(time.RFC3339); got != c.starts {
			t.Errorf("%s in %q starts at %s, want %s", c.day, c.zone, got, c.starts)
		}
		if hours := o.To.Add(time.Second).Sub(o.From).Hours(); hours != c.hours {
			t.Errorf("%s in %q has %v hours, want %v", c.day, c.zone, hours, c.hours)
		}
	}
}

// What was chosen, written into an address and read again, is the same.
func TestChoicesSurviveTheirAddress(t *testing.T) {
	for _, c := range []choice{
		{}, {From: "2026-01-01", To: "2026-01-31", Zone: "Europe/Berlin", Unit: "account", Model: "markov_1", Conversion: "won", Dimension: "channel", Segment: "plan:free"},
		{Conversion: "a&b=c#d ?%", Segment: "country:שלום 🚀+x"},
	} {
		address, err := url.Parse(c.address("/credited", "value", "a&b #c"))
		if err != nil {
			t.Fatal(err)
		}
		if got := chosen(address.Query()); got != c {
			t.Errorf("%+v became %+v", c, got)
		}
		if got := address.Query().Get("value"); got != "a&b #c" || address.Path != "/credited" {
			t.Errorf("%s has value %q", address, got)
		}
	}
}
