package attribution

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// life is what somebody did, by day; sign-ups and wins beside touches.
type life struct {
	touches        []Touch
	signedUp, wins float64 // days; 0: never
}

func (l *life) touch(day float64, channel string) {
	l.touches = append(l.touches, Touch{ID: fmt.Sprint(len(l.touches)), At: onDay(day), Channel: channel})
}

func onDay(x float64) time.Time { return start.Add(time.Duration(x * 24 * float64(time.Hour))) }

// livesOf are the journeys to a type of conversion of n people, each watched for 200 days.
func livesOf(n int, kind string, live func(random *rand.Rand, l *life)) []Journey {
	random := rand.New(rand.NewPCG(7, 0))
	var all []Journey
	for i := range n {
		var l life
		live(random, &l)
		id := fmt.Sprintf("u%06d", i)
		var conversions []Conversion
		for _, c := range []struct {
			kind string
			day  float64
		}{{"signed_up", l.signedUp}, {"won", l.wins}} {
			if c.day > 0 {
				conversions = append(conversions, Conversion{ID: id + c.kind, UnitID: id, Type: c.kind, CycleNo: 1, At: onDay(c.day)})
			}
		}
		for k := range l.touches {
			l.touches[k].UnitID = id
		}
		o := Options{ConversionType: kind, LookBack: 90 * 24 * time.Hour, ObservedUntil: onDay(300)}
		all = append(all, Journeys(Unit{Kind: "person", ID: id}, l.touches, conversions, o)...)
	}
	return all
}

// byChannel is what a model credits, the baseline included.
func byChannel(t *testing.T, js []Journey) map[string]float64 {
	t.Helper()
	s := NewSample(js)
	c := credit(t, Incremental{}, s)
	credited := map[string]float64{Baseline: c.Baseline}
	sum := c.Baseline
	for i, name := range c.Channels {
		credited[name] = c.Conversions[i]
		sum += c.Conversions[i]
	}
	if math.Abs(sum-s.Conversions()) > 1e-6 {
		t.Errorf("credit sums to %v of %v conversions", sum, s.Conversions())
	}
	return credited
}

func about(t *testing.T, credited map[string]float64, channel string, want, within float64) {
	t.Helper()
	if got := credited[channel]; math.Abs(got-want) > within {
		t.Errorf("%s is credited with %.0f, not about %.0f", channel, got, want)
	}
}

// A causes .15 of its people to sign up; B only meets people with intent; whoever decides comes back by C, once before and once
// to sign up, and some others come back by C too.
func TestIncrementalTellsTheDecidedFromTheMoved(t *testing.T) {
	n := 0
	caused := 0.
	got := byChannel(t, livesOf(40_000, "signed_up", func(random *rand.Rand, l *life) {
		n++
		channel, anyway, moves := "A", .1, .15
		if n%2 == 0 {
			channel, anyway, moves = "B", .3, 0
		}
		at, by := math.Inf(1), false
		if random.Float64() < anyway {
			at = random.ExpFloat64() * 20
		}
		if moved := random.ExpFloat64() * 3; random.Float64() < moves && moved < at {
			at, by = moved, true
		}
		l.touch(0, channel)
		if again := random.ExpFloat64() * 10; random.Float64() < .1 && again < at {
			l.touch(again, "C")
		}
		if at < 80 {
			l.touch(at*.9, "C")
			l.touch(at-.001, "C")
			l.signedUp = at
			if by {
				caused++
			}
		}
	}))
	about(t, got, "A", caused, 350)
	about(t, got, "B", 0, 250)
	about(t, got, "C", 0, 60)
}

// Of those who signed up half come to use the product by themselves within days. An e-mail within some days makes a fifth
// of the others. Prompts are met by those who use it, before they pay and after; they do nothing.
func TestIncrementalAfterTheSignUp(t *testing.T) {
	caused := 0.
	got := byChannel(t, livesOf(20_000, "won", func(random *rand.Rand, l *life) {
		l.touch(0, "A")
		l.signedUp = 1
		active, mailed := random.Float64() < .5, random.Float64() < .5
		using := 1 + random.ExpFloat64()*3
		if mailed {
			day := 3 + random.Float64()*9
			l.touch(day, "Email")
			if !active && random.Float64() < .2 {
				active, using = true, day+random.ExpFloat64()
				caused++
			}
		}
		if !active {
			return
		}
		l.wins = using + random.ExpFloat64()*2
		for day := using + random.ExpFloat64()*5; day < using+30; day += random.ExpFloat64() * 5 {
			l.touch(day, "Prompt")
		}
	}))
	about(t, got, "Email", caused, 250)
	about(t, got, "Prompt", 0, 200)
}

// Meetings follow calls and nothing else. Half of what comes after a meeting stays with it, the call was needed for all.
func TestIncrementalPassesOnWhatAGateEarns(t *testing.T) {
	got := byChannel(t, livesOf(20_000, "won", func(random *rand.Rand, l *life) {
		l.touch(0, "A")
		l.signedUp = .5
		if random.Float64() < .7 {
			return
		}
		l.touch(3, "Call")
		if random.Float64() < .5 {
			l.touch(5, "Meeting")
			if random.Float64() < .6 {
				l.wins = 5.1 + random.ExpFloat64()*4
			}
		}
	}))
	if ratio := got["Call"] / got["Meeting"]; math.Abs(ratio-2) > .1 || got[Baseline] > 120 {
		t.Errorf("calls and meetings share %.0f to %.0f, the baseline has %.0f", got["Call"], got["Meeting"], got[Baseline])
	}
}

// The first touch that the direct policy left discovered nothing if people had been there before.
func TestIncrementalAfterADirectVisit(t *testing.T) {
	touches := []Touch{{ID: "1", At: days(0), Channel: Direct}, {ID: "2", At: days(1), Channel: "A"}}
	won := []Conversion{{ID: "c", Type: "won", At: days(1).Add(time.Minute)}}
	js := Journeys(Unit{Kind: "person", ID: "u"}, touches, won, Options{ConversionType: "won"})
	if !js[0].FirstContact.Equal(days(0)) {
		t.Fatalf("first contact is %s", js[0].FirstContact)
	}
	c := credit(t, Incremental{}, NewSample(js))
	if c.Conversions[0] != 0 || c.BaselineWeight(0) != 1 {
		t.Errorf("A gets %v, the baseline %v", c.Conversions[0], c.BaselineWeight(0))
	}
}

// At the maximum each parameter explains as many events as it should bring: θ times what was exposed to it.
func TestAdditiveFindsTheMaximum(t *testing.T) {
	d := newIncrementalData(NewSample(livesOf(3000, "signed_up", func(random *rand.Rand, l *life) {
		l.touch(0, []string{"A", "B"}[random.IntN(2)])
		l.touch(random.ExpFloat64()*9, "C")
		if random.Float64() < .3 {
			l.signedUp = .5 + random.ExpFloat64()*9
		}
	})))
	counts := make([]float64, len(d.journeys))
	for i := range counts {
		counts[i] = 1
	}
	p := d.fit(counts, nil)
	before, _, likelihood := d.entry.explain(&p.entry, at(counts, d.entryOf))
	again := d.fit(counts, p)
	after, _, restarted := d.entry.explain(&again.entry, at(counts, d.entryOf))
	if math.Abs(likelihood-restarted) > .05 {
		t.Errorf("from another start the likelihood is %v, not %v", restarted, likelihood)
	}
	for i := range before {
		if math.Abs(before[i]-after[i]) > 2 {
			t.Errorf("parameter %d explains %.1f events, and %.1f from another start", i, before[i], after[i])
		}
	}
}

// What a run knows of journeys gives the weights that the journeys themselves give.
func TestIncrementalOfTimedJourneys(t *testing.T) {
	js := livesOf(500, "won", func(random *rand.Rand, l *life) {
		l.touch(0, "A")
		l.touch(1+random.Float64(), "B")
		l.signedUp = 3
		if random.Float64() < .4 {
			l.wins = 3 + random.ExpFloat64()*5
			l.touch(l.wins+1, "B")
		}
	})
	sampler := NewTimedSampler(1000)
	var timed []Timed
	for i := range js {
		j := &js[i]
		row := Timed{Discovered: true, Converted: j.Outcome == Converted, Entered: j.daysFrom(j.EnteredAt), Repeated: j.daysFrom(j.PreviousAt)}
		for k := range j.Touches {
			row.Channels, row.Ages = append(row.Channels, j.Touches[k].Channel), append(row.Ages, days24(j, k))
		}
		timed = append(timed, row)
		if i+1 == len(js) || js[i+1].UnitID != j.UnitID {
			sampler.Unit(j.UnitID, timed)
			timed = nil
		}
	}
	f, err := FitTimed(Incremental{}, sampler.Sample())
	if err != nil {
		t.Fatal(err)
	}
	s := NewSample(js)
	c := credit(t, Incremental{}, s)
	for i := range js {
		if js[i].Outcome != Converted {
			continue
		}
		row := Timed{Discovered: true, Converted: true, Entered: js[i].daysFrom(js[i].EnteredAt), Repeated: js[i].daysFrom(js[i].PreviousAt)}
		for k := range js[i].Touches {
			row.Channels, row.Ages = append(row.Channels, js[i].Touches[k].Channel), append(row.Ages, days24(&js[i], k))
		}
		weights, baseline, _ := f.Weigh(row)
		for k, w := range c.Weights(i) {
			if math.Abs(w-weights[k]) > 1e-9 {
				t.Fatalf("journey %d: weights %v, not %v", i, weights, c.Weights(i))
			}
		}
		if math.Abs(baseline-c.BaselineWeight(i)) > 1e-9 {
			t.Fatalf("journey %d: baseline %v, not %v", i, baseline, c.BaselineWeight(i))
		}
	}
}
