package source

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sample is a message of a source definition with what should come of it.
type Sample struct {
	Name       string
	Line       int // of the source file
	Input      []byte
	ReceivedAt int64 // Unix milliseconds; 2024-01-01 where the sample doesn't say
	Events     []map[string]string
	Rejects    []string // reasons
}

// SampleResult is what came of a sample. It holds when Differences is empty.
type SampleResult struct {
	Sample      Sample
	Events      []map[string]string // all non-empty columns of each event, as text
	Rejects     []Reject
	Differences []Difference
}

// Difference is one thing that a sample expects and that didn't come.
type Difference struct {
	Event  int    `json:"event"`  // from 1; 0: about the sample as a whole
	Column string `json:"column"` // events and rejects where Event is 0
	Want   string `json:"expected"`
	Got    string `json:"mapped"`
}

func (d Difference) String() string {
	if d.Event == 0 {
		return fmt.Sprintf("%s: %s, expected %s", d.Column, cmp.Or(d.Got, "none"), cmp.Or(d.Want, "none"))
	}
	return fmt.Sprintf("event %d: %s is %q, expected %q", d.Event, d.Column, d.Got, d.Want)
}

const defaultSampleTime = 1_704_067_200_000 // 2024-01-01

func (b *builder) samples() {
	for i, d := range b.definition.Samples {
		s := Sample{Name: cmp.Or(d.Name.text, fmt.Sprintf("sample %d", i+1)), Line: d.Name.at, Input: []byte(d.Input.text), ReceivedAt: defaultSampleTime}
		if d.ReceivedAt.text != "" {
			ms, err := parseTime(d.ReceivedAt.text, nil)
			if err != nil {
				b.faultf(d.ReceivedAt.at, "sample %s: received_at: %w", s.Name, err)
			}
			s.ReceivedAt = ms
		}
		for _, e := range d.Events {
			expected := map[string]string{}
			for _, c := range e {
				if _, ok := columnNamed(c.key.text); !ok {
					b.faultf(c.key.at, "sample %s: %s is no column of an event", s.Name, c.key.text)
				}
				expected[c.key.text] = c.value.text
			}
			s.Events = append(s.Events, expected)
		}
		for _, r := range d.Rejects {
			if !slices.Contains(reasons, r.text) {
				b.faultf(r.at, "sample %s: %q is no reason of rejection; there are %s", s.Name, r.text, strings.Join(reasons, ", "))
			}
			s.Rejects = append(s.Rejects, r.text)
		}
		b.source.Samples = append(b.source.Samples, s)
	}
}

// CheckSamples maps every sample of the definition and compares. Only columns that the sample names are compared. Where
// the source hashes personal data, the salt is that of samples, always the same.
func (s *Source) CheckSamples() []SampleResult {
	salted := s.withSampleSalt()
	results := make([]SampleResult, len(s.Samples))
	for i, sample := range s.Samples {
		results[i] = salted.check(sample)
	}
	return results
}

// ErrSamples is in the error of Check.
var ErrSamples = errors.New("samples fail")

// Check maps the samples of all sources, so that nothing starts with a source that does not do what its author wrote. The
// error is nil or ErrSamples with a line for each sample that fails, of all sources at once.
func Check(sources []*Source) error {
	var faults []error
	for _, s := range sources {
		for _, r := range s.CheckSamples() {
			if len(r.Differences) > 0 {
				faults = append(faults, &FileError{s.File, r.Sample.Line, fmt.Errorf("sample %q: %s", r.Sample.Name, r.Differences[0])})
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%w:\n%w", ErrSamples, errors.Join(faults...))
}

// Try maps one message as it would be if it were received at a time.
func (s *Source) Try(message []byte, received time.Time) ([]map[string]string, []Reject) {
	var out collector
	s.NewMapper().Map(Record{Value: message, Time: received.UnixMilli()}, &out)
	return out.events, out.rejects
}

// TryWithSampleSalt is Try with the salt that samples have.
func (s *Source) TryWithSampleSalt(message []byte, received time.Time) ([]map[string]string, []Reject) {
	return s.withSampleSalt().Try(message, received)
}

func (s *Source) check(sample Sample) SampleResult {
	r := SampleResult{Sample: sample}
	r.Events, r.Rejects = s.Try(sample.Input, time.UnixMilli(sample.ReceivedAt))
	if len(r.Events) != len(sample.Events) {
		r.Differences = append(r.Differences, Difference{0, "events", strconv.Itoa(len(sample.Events)), strconv.Itoa(len(r.Events))})
	}
	for i := range min(len(r.Events), len(sample.Events)) {
		for _, c := range columns {
			expected, named := sample.Events[i][c.name]
			if got := r.Events[i][c.name]; named && !same(c, got, expected) {
				r.Differences = append(r.Differences, Difference{i + 1, c.name, expected, got})
			}
		}
	}
	var given, details []string
	for _, reject := range r.Rejects {
		given = append(given, reject.Reason)
		details = append(details, reject.Reason+" ("+reject.Detail+")")
	}
	if !slices.Equal(given, sample.Rejects) {
		r.Differences = append(r.Differences, Difference{0, "rejects", strings.Join(sample.Rejects, "; "), strings.Join(details, "; ")})
	}
	return r
}

// same compares times and numbers by what they mean.
func same(c column, got, expected string) bool {
	switch c.kind {
	case timeColumn:
		a, errA := parseTime(got, nil)
		b, errB := parseTime(expected, nil)
		return errA == nil && errB == nil && a == b
	case decimalColumn:
		a, errA := parseDecimal(cmp.Or(got, "0"))
		b, errB := parseDecimal(cmp.Or(expected, "0"))
		return errA == nil && errB == nil && a == b
	case objectColumn:
		var a, b any
		return json.Unmarshal([]byte(got), &a) == nil && json.Unmarshal([]byte(expected), &b) == nil && reflect.DeepEqual(a, b)
	}
	return got == expected
}

// collector keeps what a message becomes as text.
type collector struct {
	events  []map[string]string
	rejects []Reject
	items   []uint32 // of both, as they came
}

// Event keeps the event's columns.
func (c *collector) Event(e *Event) {
	c.events, c.items = append(c.events, e.Columns()), append(c.items, e.Item)
}

// Reject keeps the reject.
func (c *collector) Reject(r Reject) {
	c.rejects, c.items = append(c.rejects, r), append(c.items, r.Item)
}

// Columns gives the event's non-empty columns as text: times in RFC 3339, value as a decimal number.
func (e *Event) Columns() map[string]string {
	out := map[string]string{
		"source":      e.Source,
		"event_ts":    time.UnixMilli(e.EventTS).UTC().Format("2006-01-02T15:04:05.999Z07:00"),
		"received_at": time.UnixMilli(e.ReceivedAt).UTC().Format("2006-01-02T15:04:05.999Z07:00"),
		"properties":  strings.Clone(e.Properties),
	}
	if e.Value != 0 {
		out["value"] = FormatDecimal(e.Value)
	}
	for _, c := range columns {
		if c.text != nil && *c.text(e) != "" {
			out[c.name] = strings.Clone(*c.text(e))
		}
	}
	return out
}

// FormatDecimal writes units of 1/10000 as a decimal number without trailing zeros.
func FormatDecimal(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	out := fmt.Sprintf("%s%d.%04d", sign, n/10000, n%10000)
	return strings.TrimSuffix(strings.TrimRight(out, "0"), ".")
}
