package main

import (
	"errors"
	"testing"
	"time"
)

func TestReportPeriods(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateTime, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for text, want := range map[string][2]time.Time{
		"":                       {},
		"2026-01-15..2026-02-14": {day("2026-01-15 00:00:00"), day("2026-02-14 23:59:59")},
		"2026-03-31..2026-03-31": {day("2026-03-31 00:00:00"), day("2026-03-31 23:59:59")},
		"2026-Q1":                {day("2026-01-01 00:00:00"), day("2026-03-31 23:59:59")},
		"2026-01..2026-02":       {day("2026-01-01 00:00:00"), day("2026-02-28 23:59:59")},
	} {
		from, to, err := reportPeriod(text, time.UTC)
		if err != nil || !from.Equal(want[0]) || !to.Equal(want[1]) {
			t.Errorf("%q: %v to %v, %v; want %v", text, from, to, err, want)
		}
	}
	for _, text := range []string{"..", "2026-02-30", "2026-03..2026-01", "yesterday", "2026-01-01.."} {
		var usage usageError
		if _, _, err := reportPeriod(text, time.UTC); !errors.As(err, &usage) {
			t.Errorf("%q: %v, want an error of usage", text, err)
		}
	}
}

// Without a token nothing is asked of anybody.
func TestPushNeedsAToken(t *testing.T) {
	t.Setenv(grafanaToken, "")
	if err := pushDashboards(t.Context(), t.Output(), "https://grafana.invalid"); err == nil {
		t.Error("no error without a token")
	}
}
