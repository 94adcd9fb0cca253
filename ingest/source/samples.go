package source

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Sample is a message of a source definition with what should come of it.
type Sample struct {
	Name       string
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
	Differences []string
}

const defaultSampleTime = 1_704_067_200_000 // 2024-01-01

func (b *builder) samples() {
	for i, d := range b.definition.Samples {
		s := Sample{Name: d.Name, Input: []byte(d.Input), ReceivedAt: defaultSampleTime, Rejects: d.Rejects}
		if s.Name == "" {
			s.Name = fmt.Sprintf("sample %d", i+1)
		}
		if d.ReceivedAt.text != "" {
			ms, err := parseTime(d.ReceivedAt.text, nil)
			if err != nil {
				b.faultf(d.ReceivedAt.at, "sample %s: received_at: %w", s.Name, err)
			}
			s.ReceivedAt = ms
		}
		for _, e := range d.Events {
			expected := map[string]string{}
			for name, content := range e {
				if _, ok := columnNamed(name); !ok {
					b.faultf(d.ReceivedAt.at, "sample %s: %s is no column of an event", s.Name, name)
				}
				expected[name] = fmt.Sprint(content)
			}
			s.Events = append(s.Events, expected)
		}
		b.source.Samples = append(b.source.Samples, s)
	}
}

// CheckSamples maps every sample of the definition and compares. Only columns that the sample names are compared.
func (s *Source) CheckSamples() []SampleResult {
	results := make([]SampleResult, len(s.Samples))
	for i, sample := range s.Samples {
		results[i] = s.check(sample)
	}
	return results
}

// Try maps one message as it would be if it were received at a time.
func (s *Source) Try(message []byte, received time.Time) ([]map[string]string, []Reject) {
	var out collector
	s.NewMapper().Map(Record{Value: message, Time: received.UnixMilli()}, &out)
	return out.events, out.rejects
}

func (s *Source) check(sample Sample) SampleResult {
	r := SampleResult{Sample: sample}
	r.Events, r.Rejects = s.Try(sample.Input, time.UnixMilli(sample.ReceivedAt))
	if len(r.Events) != len(sample.Events) {
		r.Differences = append(r.Differences, fmt.Sprintf("%d events, expected %d", len(r.Events), len(sample.Events)))
	}
	for i := range min(len(r.Events), len(sample.Events)) {
		for _, c := range columns {
			expected, named := sample.Events[i][c.name]
			if got := r.Events[i][c.name]; named && got != expected {
				r.Differences = append(r.Differences, fmt.Sprintf("event %d: %s is %q, expected %q", i+1, c.name, got, expected))
			}
		}
	}
	var reasons, details []string
	for _, reject := range r.Rejects {
		reasons = append(reasons, reject.Reason)
		details = append(details, reject.Reason+": "+reject.Detail)
	}
	if !slices.Equal(reasons, sample.Rejects) {
		r.Differences = append(r.Differences, fmt.Sprintf("rejects [%s], expected [%s]", strings.Join(details, "; "), strings.Join(sample.Rejects, ", ")))
	}
	return r
}

// collector keeps what a message becomes as text.
type collector struct {
	events  []map[string]string
	rejects []Reject
}

func (c *collector) Event(e *Event)  { c.events = append(c.events, e.Columns()) }
func (c *collector) Reject(r Reject) { c.rejects = append(c.rejects, r) }

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
