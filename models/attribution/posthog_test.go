package attribution

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func splitPath(text string) []string    { return strings.Split(text, " > ") }
func joinPath(channels []string) string { return strings.Join(channels, " > ") }
func lower(channel string) string       { return strings.ToLower(channel) }

type posthogCase struct {
	ID, Kind, Breakdown string
	Params              struct {
		Window         int    `json:"attribution_window_days"`
		ExcludeDirect  bool   `json:"exclude_direct"`
		ExcludeNone    bool   `json:"exclude_unattributed"`
		Multiple       bool   `json:"allow_multiple_conversions"`
		From           string `json:"date_from"`
		Until          string `json:"date_to"`
		Goal           string
		MinTouchpoints int `json:"min_touchpoints"`
		MaxTouchpoints int `json:"max_touchpoints"`
	}
	Events []struct {
		Type, Person string
		StartedAt    time.Time `json:"started_at"`
		At           time.Time
		Revenue      float64
		Source       string `json:"utm_source"`
		Medium       string `json:"utm_medium"`
		Campaign     string `json:"utm_campaign"`
	}
	Expect map[string]any
}

// PostHog's cases: sessions are touches; several conversions look through each other; without "multiple" only the
// first counts; a touch without a value of the breakdown is unattributed there, which exclude_unattributed drops.
func TestPostHogCases(t *testing.T) {
	text, found := peerFile(t, "posthog", "attribution_cases.json")
	if !found {
		return
	}
	var file struct{ Cases []posthogCase }
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != 16 {
		t.Errorf("%d cases, want 16", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			js := c.journeys(t)
			for name, expected := range c.Expect {
				c.compare(t, js, name, expected)
			}
		})
	}
}

// journeys builds the journeys of all persons of a case, the breakdown as the channel.
func (c *posthogCase) journeys(t *testing.T) []Journey {
	o := Options{
		ConversionType: "goal", LookBack: time.Duration(c.Params.Window) * 24 * time.Hour, Cycle: LookThrough, Direct: KeepDirect,
	}
	if c.Params.ExcludeDirect {
		o.Direct = DropDirectUnlessOnly
	}
	if c.Params.ExcludeNone {
		// A touch that names no campaign is dropped beside others like direct.
		o.Direct, o.DirectChannel = DropDirectUnlessOnly, "(none)"
	}
	touches, conversions := map[string][]Touch{}, map[string][]Conversion{}
	for i, e := range c.Events {
		id := string(rune('a' + i))
		if e.Type == "session" {
			touches[e.Person] = append(touches[e.Person], Touch{UnitID: e.Person, ID: id, At: e.StartedAt, Channel: c.channel(e.Source, e.Medium, e.Campaign)})
			continue
		}
		conversion := Conversion{ID: id, UnitID: e.Person, Type: "goal", At: e.At, Value: int64(e.Revenue * valueUnit)}
		if c.Params.Multiple || len(conversions[e.Person]) == 0 {
			conversions[e.Person] = append(conversions[e.Person], conversion)
		}
	}
	var err error
	if o.From, err = time.Parse(time.DateOnly, c.Params.From); err == nil {
		o.Until, err = time.Parse(time.DateOnly, c.Params.Until)
		o.Until = o.Until.AddDate(0, 0, 1)
	}
	if err == nil {
		err = o.Validate()
	}
	if err != nil {
		t.Fatal(err)
	}
	var js []Journey
	for _, person := range slices.Sorted(maps.Keys(conversions)) {
		js = append(js, Journeys(Unit{Kind: "person", ID: person}, touches[person], conversions[person], o)...)
	}
	return slices.DeleteFunc(js, func(j Journey) bool { return j.Outcome != Converted })
}

func (c *posthogCase) channel(source, medium, campaign string) string {
	switch {
	case c.Breakdown == "campaign":
		return cmp.Or(campaign, "(none)")
	case c.Breakdown == "source":
		return cmp.Or(source, "(none)")
	case medium == "cpc":
		return "<paid>"
	}
	return Direct
}

func (c *posthogCase) compare(t *testing.T, js []Journey, name string, expected any) {
	models := map[string]Model{
		"first_touch": First(), "last_touch": Last(), "linear": Linear(), "position_based_40_20_40": UShaped(),
		"time_decay(half_life=window/4=1d)": TimeDecay{24 * time.Hour}, "influenced": Participation(),
	}
	base, value := strings.CutSuffix(name, "_value")
	s := NewSample(js)
	attributed := 0
	for _, j := range js {
		if len(j.Touches) > 0 {
			attributed++
		}
	}
	switch model := models[base]; {
	case model != nil:
		figures := credit(t, model, s)
		for channel, want := range expected.(map[string]any) {
			got := figures.Conversions
			if value {
				got = figures.Values
			}
			amount := 0.0
			if id := s.channelID(channel); id >= 0 {
				amount = got[id]
			}
			if math.Abs(amount-want.(float64)) > 1e-9 {
				t.Errorf("%s of %s: got %g, want %g", name, channel, amount, want)
			}
		}
	case name == "sum_per_model":
		for _, m := range Models() {
			c := credit(t, m, s)
			if got := total(c.Conversions) + c.Baseline; math.Abs(got-expected.(float64)) > 1e-9 {
				t.Errorf("%s sums to %g", m.Name(), got)
			}
		}
	case name == "influenced_each":
		for i, got := range credit(t, Participation(), s).Conversions {
			if got != expected.(float64) {
				t.Errorf("%s influenced %g", s.channels[i], got)
			}
		}
	case name == "absent":
		for _, channel := range expected.([]any) {
			if s.channelID(cmp.Or(channel.(string), "(none)")) >= 0 {
				t.Errorf("%q is there", channel)
			}
		}
	case name == "total" || name == "total_conversions":
		if float64(len(js)) != expected.(float64) {
			t.Errorf("%d conversions, want %v", len(js), expected)
		}
	case name == "attributed":
		if float64(attributed) != expected.(float64) {
			t.Errorf("%d attributed, want %v", attributed, expected)
		}
	case name == "paths":
		c.comparePaths(t, s, expected.([]any))
	case name == "value":
		for path, want := range expected.(map[string]any) {
			if got := s.Paths()[0]; joinPath(got.Channels) != path || math.Abs(got.Value-want.(float64)) > 1e-9 {
				t.Errorf("got %+v, want %s %v", got, path, want)
			}
		}
	default:
		t.Errorf("no comparison for %q", name)
	}
}

func (c *posthogCase) comparePaths(t *testing.T, s *Sample, expected []any) {
	got := map[string]float64{}
	for _, p := range s.Paths() {
		if n := len(p.Channels); n >= c.Params.MinTouchpoints && (c.Params.MaxTouchpoints == 0 || n <= c.Params.MaxTouchpoints) {
			got[joinPath(p.Channels)] = p.Conversions
		}
	}
	want := map[string]float64{}
	for _, pair := range expected {
		var channels []string
		for _, name := range pair.([]any)[0].([]any) {
			channels = append(channels, name.(string))
		}
		want[joinPath(channels)] += pair.([]any)[1].(float64)
	}
	if !maps.Equal(got, want) {
		t.Errorf("paths: got %v, want %v", got, want)
	}
}
