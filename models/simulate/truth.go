package simulate

import "fmt"

// ConversionTypes that truth is known for, by the names that conversions carry.
// Junk people (disposable addresses, keyboard mash, own staff) convert to nothing, and each unit counts once.
var ConversionTypes = []string{"signed_up", "pql", "cql", "sql", "opportunity", "won"}

const (
	convertedSignedUp = iota
	convertedProduct
	convertedConversation
	convertedSales
	convertedOpportunity
	convertedWon
	conversionTypes
)

// Names of the kinds of unit, and of the row for what happens with every channel off.
const (
	unitPerson   = "person"
	unitAccount  = "account"
	baselineName = "(baseline)"
)

// TruthRow is what one channel really did for one type of conversion: a row of table simulation_truth without
// written_at.
type TruthRow struct {
	Simulation     string  `ch:"simulation"`
	UnitKind       string  `ch:"unit_kind"`
	ConversionType string  `ch:"conversion_type"`
	Channel        string  `ch:"channel"`       // a name of Channels, Direct (always 0: it is nobody's doing) or (baseline)
	Conversions    float64 `ch:"conversions"`   // units that converted, each once
	LostWhenOff    float64 `ch:"lost_when_off"` // fewer of them without the channel, below 0 where it rather hinders (who buys at once needs no sales call); for (baseline) fewer with every channel off
	TrueShare      float64 `ch:"true_share"`    // 0 to 1, sums to 1 over the channels, a hindrance counting 0 (all 0 where no channel did anything); for (baseline) what is left with every channel off, as a share of Conversions
}

// Truth is the causal truth of a simulation.
type Truth struct{ Rows []TruthRow }

// tally counts converted units by type, of persons and of accounts.
type tally struct{ persons, accounts [conversionTypes]float64 }

func (t *tally) add(other tally, sign float64) {
	for i := range conversionTypes {
		t.persons[i] += sign * other.persons[i]
		t.accounts[i] += sign * other.accounts[i]
	}
}

// tally counts the conversions of a company that has lived, as its events tell them.
func (w *world) tally(c *company) (t tally) {
	seen := func(at moment) float64 {
		if at < never && at.calendar(c.offset) < w.end {
			return 1
		}
		return 0
	}
	before := func(at, end int64) float64 {
		if at > 0 && at < min(end, w.end) {
			return 1
		}
		return 0
	}
	paying := w.end
	if seen(c.won) > 0 {
		paying = c.won.calendar(c.offset) // whoever pays is on no free plan any more
	}
	for i := range c.people {
		p := &c.people[i]
		if p.junk() {
			continue
		}
		t.persons[convertedSignedUp] += seen(p.signUp)
		if p.chats {
			t.persons[convertedConversation] += seen(p.inquiry)
		}
		free := w.end
		if i == c.buyer {
			free = paying
		}
		t.persons[convertedProduct] += before(p.qualified, free)
	}
	t.persons[convertedSales], t.persons[convertedOpportunity] = seen(c.ready), seen(c.deal)
	t.persons[convertedWon] = seen(c.won)
	if c.contact != c.buyer {
		t.persons[convertedWon] += seen(c.dealWon)
	}
	for kind, n := range t.persons {
		t.accounts[kind] = min(n, 1)
	}
	t.accounts[convertedProduct] = before(c.qualified, paying)
	return t
}

// TrueCredit re-runs the company with each channel switched off, and with all of them off, on the same random numbers,
// and counts the conversions that are missing. No event is written; a company that never asked for a channel is not run
// again without it, since its life would be the same.
func TrueCredit(c Config) (Truth, error) {
	if err := c.Validate(); err != nil {
		return Truth{}, err
	}
	w := newWorld(c)
	base := w.off
	var all tally
	var without [channelCount]tally // what each channel's absence changes; at direct, that of every channel's
	var life company
	run := func(e entry, off uint32) tally {
		w.off = off
		w.live(&life, e)
		return w.tally(&life)
	}
	for _, e := range w.entries() {
		w.met = 0
		factual := run(e, base)
		all.add(factual, 1)
		met := w.met
		for ch := direct + 1; ch < channelCount; ch++ {
			if met&(1<<ch) != 0 {
				without[ch].add(factual, 1)
				without[ch].add(run(e, base|1<<ch), -1)
			}
		}
		if met&^(1<<direct) != 0 {
			without[direct].add(factual, 1)
			without[direct].add(run(e, everyChannel), -1)
		}
	}
	return truth(c, all, without), nil
}

const everyChannel = 1<<channelCount - 1 - 1<<direct

func truth(c Config, all tally, without [channelCount]tally) (t Truth) {
	name := fmt.Sprintf("seed %d, %d people, %d days", c.Seed, c.People, c.Days)
	for i, conversion := range ConversionTypes {
		for _, unit := range []string{unitPerson, unitAccount} {
			of := func(x tally) float64 {
				if unit == unitAccount {
					return x.accounts[i]
				}
				return x.persons[i]
			}
			var sum float64
			for ch := direct + 1; ch < channelCount; ch++ {
				sum += max(0, of(without[ch]))
			}
			row := TruthRow{Simulation: name, UnitKind: unit, ConversionType: conversion, Conversions: of(all)}
			for ch := direct; ch < channelCount; ch++ {
				row.Channel, row.LostWhenOff, row.TrueShare = channelNames[ch], 0, 0
				if ch != direct {
					row.LostWhenOff = of(without[ch])
					row.TrueShare = ratio(max(0, row.LostWhenOff), sum)
				}
				t.Rows = append(t.Rows, row)
			}
			row.Channel, row.LostWhenOff = baselineName, of(without[direct])
			row.TrueShare = ratio(row.Conversions-row.LostWhenOff, row.Conversions)
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func ratio(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole
}
