package path

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"
)

type windowFunnelCase struct {
	ID     string
	Events []struct {
		User  int
		TS    int64
		Event string
	}
	Funnel struct {
		Window int64
		Steps  []string
		Modes  []string
	}
	Observed map[string]int `json:"observed_clickhouse_26.7.2.1"`
}

// differFromClickHouse are the answers of windowFunnel that ours are not, with the reason. Ours are by case and user.
var differFromClickHouse = map[string]struct {
	why  string
	ours map[string]int
}{
	"ch-wf-one-event-many-steps-default": {
		"an event takes one step of an attempt, or a funnel of three payments would be passed with one (strict_once)",
		map[string]int{"1": 1},
	},
	"ch-wf-reentry-on-3": {
		"allow_reentry of 26.7 goes on after a later step came too early (a c b); strict order ends there, as in its own tests",
		map[string]int{"4": 1},
	},
	"ch-wf-reentry-on-4": {
		"allow_reentry of 26.7 goes on after a later step came too early (a c b); strict order ends there, as in its own tests",
		map[string]int{"4": 1},
	},
	"ch-wf-reentry-on-dedup": {
		"a b a b c holds a b c with nothing in between: an attempt that a repeat ended does not spoil the next; and as above",
		map[string]int{"2": 3, "4": 1, "1": 2},
	},
	"ch-wf-ecom-off-4": {
		"where a name is two steps, windowFunnel takes the event for the first alone; we take it for the one that is due",
		map[string]int{"1": 4, "2": 4, "3": 2},
	},
}

func (c windowFunnelCase) definition(t *testing.T) FunnelDefinition {
	d := FunnelDefinition{Window: time.Duration(c.Funnel.Window) * time.Second}
	for _, name := range c.Funnel.Steps {
		d.Steps = append(d.Steps, named(name))
	}
	for _, mode := range c.Funnel.Modes {
		switch mode {
		case "strict_order":
			if d.Order = Strict; d.Repeats != RepeatsEnd {
				d.Repeats = RepeatsIgnore
			}
		case "strict_deduplication":
			d.Repeats = RepeatsEnd
		case "strict_increase":
			d.StrictlyLater = true
		case "strict_once", "allow_reentry": // ours always
		default:
			t.Fatalf("unknown mode %s", mode)
		}
	}
	return d
}

func TestWindowFunnelCases(t *testing.T) {
	var cases []windowFunnelCase
	if !readCases(t, "clickhouse/windowFunnel_portable_cases.json", &cases) {
		return
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			histories := map[string][]Event{}
			for _, e := range c.Events {
				user := strconv.Itoa(e.User)
				histories[user] = append(histories[user], Event{Name: e.Event, At: time.Unix(e.TS, 0)})
			}
			differ := differFromClickHouse[c.ID]
			for _, user := range slices.Sorted(maps.Keys(c.Observed)) {
				attempts, err := c.definition(t).Attempts(histories[user])
				if err != nil {
					t.Fatal(err)
				}
				got := 0
				if len(attempts) > 0 {
					got = len(attempts[0].Steps)
				}
				want := c.Observed[user]
				if ours, deliberate := differ.ours[user]; deliberate {
					if ours == want {
						t.Errorf("user %s: no difference any more: %d", user, ours)
					}
					want = ours
				}
				if got != want {
					t.Errorf("user %s: got %d, want %d (%s)", user, got, want, differ.why)
				}
			}
		})
	}
	if len(cases) != 33 {
		t.Errorf("%d cases", len(cases))
	}
}
