package score

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
)

const converted = "converted"

// small is a world of journeys: people meet channels one after the other, each visit may be a cause, and the first cause
// that has matured converts. Every decision has a random number of its own, drawn whether it is needed or not, so that
// a channel can be switched off and nothing else moves.
type small struct {
	channels []string
	weight   []float64                     // how often a visit is by the channel
	effect   []float64                     // probability that a visit becomes a cause
	base     float64                       // probability of converting with no marketing
	again    float64                       // probability of a further visit
	loops    float64                       // probability that a visit is by the same channel as the one before
	leads    [][]float64                   // leads[a][b]: probability that a visit by a brings a further one by b; nil: none
	bonus    func(before, now int) float64 // multiplies the effect of a visit by the channel of the one before; nil: 1
	shared   float64                       // share of people whose journey is told as two: an account or device that identity can't join
}

const mostVisits = 12

var beginning = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

type visit struct {
	channel int
	at      float64 // days
}

// live is a person's visits before they converted, and when they did (+Inf: never). off is a channel that does not
// exist, -1 for none, all for every one.
func (w *small) live(seed, person uint64, off int) (visits []visit, converts float64) {
	random := rand.New(rand.NewPCG(seed, person))
	converts = math.Inf(1)
	base, wait := random.Float64(), random.ExpFloat64()*14
	if base < w.base {
		converts = wait
	}
	at, before, goes := 0.0, -1, true
	for range mostVisits {
		pick, same, success, delay := random.Float64(), random.Float64(), random.Float64(), random.ExpFloat64()*4
		gap, further, bringing, soon := random.ExpFloat64()*6, random.Float64(), random.Float64(), random.ExpFloat64()
		helped, later := random.Float64(), random.ExpFloat64()*4
		if !goes {
			break
		}
		now := w.pick(pick)
		if same < w.loops && before >= 0 {
			now = before
		}
		before = now // the plan goes on as if the channel existed: what it would have shown is not shown
		if off != everything && now != off {
			visits = w.visit(visits, visit{now, at}, success, delay, &converts)
			if next := w.led(now, bringing); next >= 0 && next != off {
				visits = w.visit(visits, visit{next, at + .05 + soon}, helped, later, &converts)
			}
		}
		goes = further < w.again
		at += .1 + gap
	}
	return visits, converts
}

const everything = -2

// led is the channel that a visit by another leads to, -1 for none; u is uniform.
func (w *small) led(from int, u float64) int {
	if w.leads == nil {
		return -1
	}
	for next, p := range w.leads[from] {
		if u -= p; u < 0 {
			return next
		}
	}
	return -1
}

func (w *small) visit(visits []visit, v visit, success, delay float64, converts *float64) []visit {
	effect := w.effect[v.channel]
	if w.bonus != nil {
		before := -1
		if len(visits) > 0 {
			before = visits[len(visits)-1].channel
		}
		effect *= w.bonus(before, v.channel)
	}
	if success < effect {
		*converts = min(*converts, v.at+.01+delay)
	}
	return append(visits, v)
}

func (w *small) pick(u float64) int {
	for i, p := range w.weight {
		if u -= p; u < 0 {
			return i
		}
	}
	return len(w.weight) - 1
}

// observedDays is how long a small world is watched; nobody is censored.
const observedDays = 120

func (w *small) observe(seed uint64, people int) (observation, error) {
	o := observation{until: beginning.Add((observedDays + 60) * 24 * time.Hour)}
	moment := func(days float64) time.Time { return beginning.Add(time.Duration(days * 24 * float64(time.Hour))) }
	for person := range uint64(people) {
		visits, converts := w.live(seed, person, -1)
		id := fmt.Sprintf("p%07d", person)
		h := history{unit: attribution.Unit{Kind: "person", ID: id}}
		random := rand.New(rand.NewPCG(seed^0x5eed, person))
		split := random.Float64() < w.shared
		var other history
		for i, v := range visits {
			at := moment(v.at)
			t := attribution.Touch{UnitID: id, PersonID: id, ID: fmt.Sprintf("%s-%d", id, i), At: at, Channel: w.channels[v.channel]}
			if split && random.Float64() < .5 {
				t.UnitID = id + "b"
				other.touches = append(other.touches, t)
			} else {
				h.touches = append(h.touches, t)
			}
		}
		if converts < observedDays {
			h.conversion(converted, 1, moment(converts), "")
		}
		o.histories = append(o.histories, h)
		if len(other.touches) > 0 {
			other.unit = attribution.Unit{Kind: "person", ID: id + "b"}
			o.histories = append(o.histories, other)
		}
	}
	return o, nil
}

func (w *small) truth(seed uint64, people int) (map[string]Truth, error) {
	lost := make([]float64, len(w.channels))
	var conversions, anyway float64
	for person := range uint64(people) {
		if _, converts := w.live(seed, person, everything); converts < observedDays {
			anyway++
			conversions++ // more channels never convert later in these worlds
			continue
		}
		visits, converts := w.live(seed, person, -1)
		if converts >= observedDays {
			continue
		}
		conversions++
		met := uint64(0)
		for _, v := range visits {
			met |= 1 << v.channel
		}
		for i := range w.channels {
			if met>>i&1 == 0 {
				continue
			}
			if _, converts := w.live(seed, person, i); converts >= observedDays {
				lost[i]++
			}
		}
	}
	t := Truth{Shares: map[string]float64{}, Baseline: anyway / max(conversions, 1)}
	sum := 0.0
	for _, x := range lost {
		sum += x
	}
	for i, name := range w.channels {
		t.Shares[name] = lost[i] / max(sum, 1)
	}
	return map[string]Truth{converted: t}, nil
}

func (w small) world(name, about string) World {
	return World{Name: name, About: about, Types: []string{converted}, observe: w.observe, truth: w.truth}
}

// journeyWorlds are variations of one market of eight channels.
func journeyWorlds() []World {
	base := small{
		channels: []string{"Affiliates", "Brand Search", "Display", "Email", "Organic Search", "Paid Social", "Referral", "Video"},
		weight:   []float64{.05, .1, .15, .15, .2, .15, .1, .1},
		effect:   []float64{.02, .04, .01, .06, .05, .03, .1, .04},
		base:     .03, again: .6,
	}
	with := func(change func(*small)) small {
		w := base
		w.effect = slices.Clone(base.effect)
		change(&w)
		return w
	}
	directed := make([][]float64, len(base.channels))
	for i := range directed {
		directed[i] = make([]float64, len(base.channels))
	}
	directed[5][1], directed[7][1], directed[6][1] = .35, .35, .25 // social, video and referral make people search the name
	directed[4][3] = .2                                            // who found us by a search subscribes
	return []World{
		base.world("undirected", "eight independent channels, each visit a cause of its own"),
		with(func(w *small) { w.leads = directed; w.effect[1] = .08 }).world("directed",
			"paid social, video and referral bring searches for the brand, organic search brings e-mail"),
		with(func(w *small) {
			w.bonus = func(before, now int) float64 {
				if before == 5 && now == 3 || before == 7 && now == 4 {
					return 5 // paid social, then e-mail; video, then organic search
				}
				return 1
			}
		}).world("synergy", "e-mail right after paid social, and organic search right after video, work five times as well"),
		with(func(w *small) { w.loops = .6 }).world("loops", "six visits in ten are by the channel of the one before"),
		with(func(w *small) { w.shared = .4 }).world("sharing",
			"of four people in ten, half of the visits are another person's to the pipeline"),
		with(func(w *small) { w.base = .2 }).world("anyway", "two people in ten convert without any marketing"),
	}
}
