// Package simulate is a freemium software company with known truth: it produces the Kafka records that such a company's
// website, product, sales and billing would send, and it knows what each marketing channel really caused.
//
// The package promises that the same Config gives the same bytes; that a company re-run with a channel switched off
// meets the same random numbers, so that whatever differs was caused by that channel; and that what Summarise and
// TrueCredit count is what Events emits, exactly.
//
// How it works: a company's life is first decided (who sees what, who signs up and why, who buys), in busy time and
// without any event; then it is told as events. Truth needs the first half only. docs/simulator.md has the model.
package simulate

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
)

// Topics of the records.
const (
	TopicSegment     = "segment"     // web and product, Segment's wire format, one call a message
	TopicFunnelcloud = "funnelcloud" // sales, chat, calls, billing, surveys, advertising cost: canonical JSON
)

// Config describes the company, its market and how messy its streams are. The zero value is not valid; start from
// Default.
type Config struct {
	Seed   uint64    // same seed, same company
	People int       // people in the market, 1 to 20 million; nearly all of them leave at least one event
	Days   int       // days observed, 1 to 3650
	Start  time.Time // beginning of the observation

	SwitchedOff []string // channels that do not exist in this world; names of Channels

	Duplicates float64 // share of events sent twice with the same id, 0 to 1
	Late       float64 // share of events that arrive hours or days after they happened, 0 to 1
	Skewed     float64 // share of devices with a wrong clock, 0 to 1
	Broken     float64 // unusable messages beside the events, as a share of the events, 0 to 1

	Baseline    float64 // multiplies what happens with no marketing at all; 1 is the default company, at least 0
	Confounding float64 // how strongly intent decides who meets which channel; 1 is the default company, 0 is none
}

// Default is a company of 20,000 people over 120 days, with the mess that real streams have.
func Default() Config {
	return Config{
		Seed: 1, People: 20_000, Days: 120, Start: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC),
		Duplicates: 0.01, Late: 0.01, Skewed: 0.005, Broken: 0.0005,
		Baseline: 1, Confounding: 1,
	}
}

// Validate reports every fault of the configuration at once.
func (c Config) Validate() error {
	var faults []error
	fault := func(bad bool, format string, values ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("simulate: "+format, values...))
		}
	}
	fault(c.People < 1 || c.People > 20_000_000, "people: %d is not between 1 and 20000000", c.People)
	fault(c.Days < 1 || c.Days > 3650, "days: %d is not between 1 and 3650", c.Days)
	fault(c.Start.Year() < 1971 || c.Start.Year() > 2200, "start: %s is not between 1971 and 2200", c.Start.Format(time.DateOnly))
	for _, rate := range []struct {
		name  string
		value float64
	}{{"duplicates", c.Duplicates}, {"late", c.Late}, {"skewed", c.Skewed}, {"broken", c.Broken}} {
		fault(!(rate.value >= 0 && rate.value <= 1), "%s: %v is not a share between 0 and 1", rate.name, rate.value)
	}
	fault(!(c.Baseline >= 0 && c.Baseline <= 100), "baseline: %v is not between 0 and 100", c.Baseline)
	fault(!(c.Confounding >= 0 && c.Confounding <= 10), "confounding: %v is not between 0 and 10", c.Confounding)
	for _, name := range c.SwitchedOff {
		fault(!slices.Contains(Channels(), name), "switched off: no channel %q; there are %s", name, strings.Join(Channels(), ", "))
	}
	return errors.Join(faults...)
}

// end is the end of observation in milliseconds since 1970: nothing that happens then or later is told.
func (c Config) end() int64 { return c.Start.UnixMilli() + int64(c.Days)*millisecondsPerDay }

// Message is one Kafka record. Key and Value belong to the receiver.
type Message struct {
	Topic string
	Key   []byte
	Value []byte
	Time  time.Time // when it reaches the broker: hours or days after the event for those that come late
}

// Events streams the company's records in the order of their arrival. Everything that happened before the end of the
// observation is sent, so late records and repeats follow it for some days. Memory holds the compact plans (40 bytes an
// event) of companies already met, not their messages. It panics on a Config that Validate refuses.
func Events(c Config) iter.Seq[Message] {
	w := newWorld(c)
	return func(yield func(Message) bool) {
		var out renderer
		out.world = w
		for p := range w.arrivals(nil) {
			if !yield(out.message(p)) {
				return
			}
		}
	}
}

func newWorld(c Config) *world {
	if err := c.Validate(); err != nil {
		panic(err)
	}
	w := &world{config: c, seed: apart(c.Seed), start: c.Start.UnixMilli(), end: c.end()}
	for _, name := range c.SwitchedOff {
		w.off |= 1 << slices.Index(channelNames[:], name)
	}
	for i := range entrances {
		w.tilt[i] = entrances[i].tilt * c.Confounding
	}
	return w
}

// world is a simulated market under one configuration. It holds no state that a company could leave to the next one,
// except the scratch bit set met.
type world struct {
	config     Config
	seed       uint64
	start, end int64
	off        uint32 // channels switched off, a bit each
	met        uint32 // channels asked for since the caller last cleared it
	tilt       [maxEntrances]float64
}

// on says whether a channel exists. It remembers the question: a company that never asked for a channel lives the same
// life without it, which spares TrueCredit most of its work.
func (w *world) on(c channel) bool {
	w.met |= 1 << c
	return w.off&(1<<c) == 0
}

var never = moment(math.Inf(1))
