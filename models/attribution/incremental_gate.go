package attribution

import (
	"math"
	"slices"
)

// precedes lists, for each touch of a journey, its channel, again if it is not the first, and it with each channel that came
// before: what gates are estimated from. Indices before·channels + channel; from channels² on, those of the touch itself.
func (d *incrementalData) precedes(j *staged) (pairs []int32) {
	var before []int32
	seen := make([]bool, d.channels)
	for i, channel := range j.channel {
		if channel < 0 {
			continue
		}
		if pairs = append(pairs, d.channels*d.channels+channel); i > 0 {
			pairs = append(pairs, d.channels*(d.channels+1)+channel)
		}
		for _, c := range before {
			pairs = append(pairs, c*d.channels+channel)
		}
		if !seen[channel] {
			seen[channel] = true
			before = append(before, channel)
		}
	}
	return pairs
}

// A gate counts by its fourth power: a channel that is met through another nearly always, such as the meeting after a call,
// nearly wholly; one that is met after another somewhat oftener than by chance, nearly not at all. A channel that was met
// a few times only is taken to have come by chance as often as this.
const (
	gatePower  = 4
	gateChance = 2
)

// gates are how much the channel of the row is met through, by that of the column: 1 where the column's is never met without
// the row's before it, 0 where the row's comes before it as often as before other touches that are not the first.
func (d *incrementalData) gates(pairs []float64) []float64 {
	n := int(d.channels)
	gates := make([]float64, n*n)
	times, further := pairs[n*n:n*n+n], pairs[n*n+n:]
	everything := total(further)
	for before := range n {
		preceded := total(pairs[before*n : before*n+n])
		for channel := range n {
			others := everything - further[channel]
			if before == channel || others <= 0 || times[channel] == 0 {
				continue
			}
			of := pairs[before*n+channel]
			chance := (preceded - of) / others
			share := (of + gateChance*chance) / (times[channel] + gateChance)
			if share > chance && chance < 1 {
				gates[before*n+channel] = math.Pow((share-chance)/(1-chance), gatePower)
			}
		}
	}
	return gates
}

// through gives a touch's part of a conversion to it, and to the latest touches of the channels through which it was met:
// without them it would not have been. How much it added itself can't be told where it is never met without: there it
// may be anything between nothing and all, and half is taken.
func (d *incrementalData) through(gates []float64, j *staged, touch int, part float64, lost []float64) {
	channel := j.channel[touch]
	widest := 0.0
	for i := touch - 1; i >= 0; i-- {
		before := j.channel[i]
		if before < 0 || before == channel || gates[before*d.channels+channel] == 0 || slices.Contains(j.channel[i+1:touch], before) {
			continue
		}
		gate := gates[before*d.channels+channel]
		lost[i] += gate * part
		widest = math.Max(widest, gate)
	}
	lost[touch] += part * (1 - widest/2)
}
