package attribution

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// summary writes journeys as "id outcome reason: channels".
func summary(js []Journey) []string {
	var lines []string
	for _, j := range js {
		var channels []string
		for _, t := range j.Touches {
			channels = append(channels, t.Channel)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s", strings.TrimPrefix(j.ID, "person:won:u:"), j.Outcome, j.UnattributedReason, strings.Join(channels, " "))))
	}
	return lines
}

func touchesAt(text string) []Touch {
	var touches []Touch
	for i, field := range strings.Fields(text) {
		channel, at, _ := strings.Cut(field, "@")
		var day float64
		if _, err := fmt.Sscan(at, &day); err != nil {
			panic(err)
		}
		if channel == "d" {
			channel = Direct
		}
		touches = append(touches, Touch{UnitID: "u", ID: fmt.Sprint("t", i), At: days(day), Channel: channel, Internal: channel == "own"})
	}
	return touches
}

func conversionsAt(at ...float64) []Conversion {
	var all []Conversion
	for i, day := range at {
		n := uint32(i + 1)
		all = append(all, Conversion{ID: fmt.Sprint("person:won:u:", n), UnitKind: "person", UnitID: "u", Type: "won", CycleNo: n, At: days(day), Value: 100})
	}
	return all
}

func TestJourneys(t *testing.T) {
	look := 30 * 24 * time.Hour
	for name, c := range map[string]struct {
		touches     string
		conversions []float64
		o           Options
		want        []string
	}{
		"both ends of the look-back count":      {"a@0 b@30 c@31", []float64{30}, Options{}, []string{"1 converted : a b", "open not_converted : c"}},
		"just outside":                          {"a@0", []float64{30.1}, Options{}, []string{"1 converted no_touch_in_window:", "open not_converted : a"}},
		"reset":                                 {"a@0 b@10 c@20", []float64{10, 20}, Options{}, []string{"1 converted : a b", "2 converted : c"}},
		"look through":                          {"a@0 b@10 c@20", []float64{10, 20}, Options{Cycle: LookThrough}, []string{"1 converted : a b", "2 converted : a b c"}},
		"two conversions at once, reset":        {"a@0", []float64{1, 1}, Options{}, []string{"1 converted : a", "2 converted no_touch_in_window:"}},
		"two conversions at once, look through": {"a@0", []float64{1, 1}, Options{Cycle: LookThrough}, []string{"1 converted : a", "2 converted : a"}},
		"direct dropped beside others":          {"d@0 a@1 d@2", []float64{3}, Options{}, []string{"1 converted : a"}},
		"direct kept when alone":                {"d@0 d@2", []float64{3}, Options{}, []string{"1 converted : Direct Direct"}},
		"direct kept":                           {"d@0 a@1 d@2", []float64{3}, Options{Direct: KeepDirect}, []string{"1 converted : Direct a Direct"}},
		"direct dropped at the end":             {"d@0 a@1 d@2", []float64{3}, Options{Direct: DropDirectLast}, []string{"1 converted : Direct a"}},
		"nothing but direct at the end":         {"d@0 d@2", []float64{3}, Options{Direct: DropDirectLast}, []string{"1 converted direct_only:"}},
		"no touch":                              {"", []float64{3}, Options{}, []string{"1 converted no_touch_in_window:"}},
		"behind the records":                    {"", []float64{3}, Options{ObservedFrom: days(0)}, []string{"1 converted pre_history:"}},
		"behind another cycle, not the records": {"", []float64{3, 9}, Options{ObservedFrom: days(0)}, []string{"1 converted pre_history:", "2 converted no_touch_in_window:"}},
		"behind the records, look through":      {"", []float64{3, 9}, Options{ObservedFrom: days(0), Cycle: LookThrough}, []string{"1 converted pre_history:", "2 converted pre_history:"}},
		"ourselves alone":                       {"own@1", []float64{3}, Options{ObservedFrom: days(0)}, []string{"1 converted excluded_internal:"}},
		"ourselves beside others":               {"own@0 a@1 own@2", []float64{3}, Options{}, []string{"1 converted : a"}},
		"ourselves in another cycle":            {"own@1", []float64{3, 9}, Options{}, []string{"1 converted excluded_internal:", "2 converted no_touch_in_window:"}},
		"ourselves long ago":                    {"own@1", []float64{60}, Options{}, []string{"1 converted no_touch_in_window:"}},
		"young journeys are censored":           {"a@0 b@80", nil, Options{ObservedUntil: days(100)}, []string{"open not_converted : a", "open:2 censored : b"}},
		"old enough to the moment":              {"a@70", nil, Options{ObservedUntil: days(100)}, []string{"open not_converted : a"}},
		"after the end of the records":          {"a@101", nil, Options{ObservedUntil: days(100)}, nil},
		"open journeys span a look-back": {"a@0 b@29 c@31 d@61", nil, Options{},
			[]string{"open not_converted : a b", "open:2 not_converted : c"}},
		"a late conversion parts open journeys": {"a@0 b@45", []float64{44}, Options{},
			[]string{"1 converted no_touch_in_window:", "open not_converted : a", "open:2 not_converted : b"}},
		"the range selects conversions, not touches": {"a@0 b@9 c@12", []float64{5, 15, 25}, Options{From: days(10), Until: days(20)},
			[]string{"2 converted : b c"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := c.o
			o.ConversionType, o.LookBack = "won", look
			if err := o.Validate(); err != nil {
				t.Fatal(err)
			}
			got := summary(Journeys(Unit{Kind: "person", ID: "u"}, touchesAt(c.touches), conversionsAt(c.conversions...), o))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheCallersReasonWins(t *testing.T) {
	conversions := conversionsAt(3)
	conversions[0].UnattributedReason = ExcludedInternal
	js := Journeys(Unit{Kind: "person", ID: "u"}, touchesAt("a@1"), conversions, Options{})
	if js[0].UnattributedReason != ExcludedInternal || len(js[0].Touches) != 0 {
		t.Errorf("got %v", summary(js))
	}
	js = Journeys(Unit{Kind: "person"}, touchesAt("a@1"), conversionsAt(3), Options{})
	if js[0].UnattributedReason != IdentityUnresolved {
		t.Errorf("got %v", summary(js))
	}
}

func TestTiesAreBrokenBySourceThenID(t *testing.T) {
	touches := []Touch{
		{ID: "z", At: days(0), Channel: "1", SourceRank: 0}, {ID: "a", At: days(0), Channel: "2", SourceRank: 1},
		{ID: "b", At: days(0), Channel: "3", SourceRank: 1},
	}
	for range 10 {
		rand.Shuffle(len(touches), func(i, j int) { touches[i], touches[j] = touches[j], touches[i] })
		got := summary(Journeys(Unit{Kind: "person", ID: "u"}, touches, conversionsAt(1), Options{}))
		if diff := cmp.Diff([]string{"1 converted : 1 2 3"}, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestMilestones(t *testing.T) {
	unit := Unit{Kind: "person", ID: "u", Milestones: []Milestone{{LeadCreated, days(1)}, {LeadCreated, days(2)}, {OpportunityCreated, days(9)}}}
	js := Journeys(unit, touchesAt("a@0 b@2 c@3 d@5"), conversionsAt(6, 10), Options{Direct: KeepDirect, Cycle: LookThrough})
	if js[0].LeadTouch != 2 || js[0].OpportunityTouch != 0 || js[1].OpportunityTouch != 4 {
		t.Errorf("got lead %d, opportunity %d then %d", js[0].LeadTouch, js[0].OpportunityTouch, js[1].OpportunityTouch)
	}
}

func TestOptionsNameEveryFault(t *testing.T) {
	err := Options{LookBack: -1, Cycle: "x", Direct: "y", From: days(2), Until: days(1)}.Validate()
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("got %v, want four faults", err)
	}
}

// Every touch that some conversion can see is in a converting journey, every other one in an open one, and no touch
// is in two journeys when cycles reset.
func TestEveryTouchIsInOneJourney(t *testing.T) {
	for _, h := range (world{2000, 5, 5, .5}).histories(rand.New(rand.NewPCG(1, 1))) {
		count := 0
		for _, j := range Journeys(h.unit, h.touches, h.conversions, Options{ConversionType: "won", Direct: KeepDirect}) {
			count += len(j.Touches)
		}
		if count != len(h.touches) {
			t.Fatalf("%d of %d touches in journeys of %s", count, len(h.touches), h.unit.ID)
		}
	}
}
