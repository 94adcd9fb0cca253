package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// The parts make the whole: summed over the segments of a split, counts of units' rows are those of all units.
func TestSegmentsAddUpToAllUnits(t *testing.T) {
	query := loaded(t)
	whole, err := Build(t.Context(), query, Options{Only: []string{"change"}, Model: "linear", Pickers: &Pickers{}})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, offer := range whole.Offers.Segments {
		if offer.By != "first qualified by" {
			continue
		}
		part, err := Build(t.Context(), query, Options{Only: []string{"change"}, Model: "linear", Segment: offer.Segment})
		if err != nil {
			t.Fatal(err)
		}
		for _, figure := range []string{"overview-1", "overview-10"} {
			for _, column := range []string{"Conversions", "Amount", "Inquiries", "Requests"} {
				sums[figure+" "+column] += part.figures[figure].Number(0, column)
			}
		}
		credit := part.rows("overview-8")
		for i := range credit.Rows {
			sums["credit of "+credit.text(i, "Channel")] += credit.number(i, "Conversions")
		}
	}
	for _, figure := range []string{"overview-1", "overview-10"} {
		for _, column := range []string{"Conversions", "Amount", "Inquiries", "Requests"} {
			if got, want := sums[figure+" "+column], whole.figures[figure].Number(0, column); math.Abs(got-want) > 1e-6 {
				t.Errorf("%s %s: the segments add up to %v, all units are %v", figure, column, got, want)
			}
		}
	}
	credit := whole.rows("overview-8")
	if len(credit.Rows) == 0 {
		t.Fatal("no credit at all")
	}
	for i := range credit.Rows {
		if got, want := sums["credit of "+credit.text(i, "Channel")], credit.number(i, "Conversions"); math.Abs(got-want) > 1e-6 {
			t.Errorf("credit of %s: the segments add up to %v, all units have %v", credit.text(i, "Channel"), got, want)
		}
	}
}

func TestFiguresThatKnowNoSegmentSaySo(t *testing.T) {
	query := loaded(t)
	html := withoutLibrary(written(t, query, Options{Segment: Segment{"first channel", "Email"}}))
	if !strings.Contains(html, "All units, whatever the segment") || !strings.Contains(html, "first channel: Email") {
		t.Error("a report on a segment doesn't say which of its figures are on all units")
	}
	if html = withoutLibrary(written(t, query, Options{})); strings.Contains(html, "whatever the segment") {
		t.Error("a report on all units speaks of a segment")
	}
}

func TestASegmentThatNobodyIsInIsRefused(t *testing.T) {
	query := loaded(t)
	for _, s := range []Segment{{"plan", "no such plan"}, {"shoe size", "42"}, {"plan", `') OR 1 --`}} {
		if _, err := Build(t.Context(), query, Options{Segment: s}); err == nil || !strings.Contains(err.Error(), "there are") {
			t.Errorf("%v: error %v, want one that names segments", s, err)
		}
	}
}

// Nothing of a value can end its literal: only hexadecimal digits get into the condition.
func TestConditionsHoldValuesAsDigits(t *testing.T) {
	for _, value := range []string{"", "free", `') OR 1=1 --`, `\`, "שלום 🚀"} {
		want := fmt.Sprintf("x = unhex('%x') AND run = 7", value)
		if got := filled("-- why\nx = {value:String} AND run = {run:UInt64}", map[string]string{"value": value}, 7); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestSegmentsAreReadAsTheyAreWritten(t *testing.T) {
	for _, s := range []Segment{{}, {"plan", "free"}, {"plan", ""}, {"country", "a:b"}} {
		if got, err := ParseSegment(s.String()); err != nil || got != s {
			t.Errorf("%v became %v, %v", s, got, err)
		}
	}
	for _, text := range []string{"plan", ":free"} {
		if _, err := ParseSegment(text); err == nil {
			t.Errorf("%q is taken for a segment", text)
		}
	}
}
