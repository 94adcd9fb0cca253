package attribution

import "math"

// Who uses a product much both converts and meets what there is to meet while using it. Such touches come as often just
// after the conversion as just before it; touches that caused it come before. Comparing the two is sequence symmetry
// analysis: Hallas, "Evidence of depression provoked by cardiovascular medication: a prescription sequence symmetry
// analysis" (1996). Both are taken beyond what everybody meets at that time since the sign-up.

// around is the days before and after a conversion that are compared.
const around = 4

// counters is where incrementalData.pairs counts, after pairs of channels and touches (see precedes): touches after the sign-up
// by channel and time since it, those of the days before a conversion, and those of the days after one.
type counters struct{ usual, before, behind, all int32 }

func (d *incrementalData) counters() counters {
	n := d.channels
	usual := n*n + 2*n
	before := usual + n*int32(len(sinceEntry)-1)
	return counters{usual, before, before + n, before + 2*n}
}

// comes counts the touches of a journey after the sign-up, and around a conversion.
func (d *incrementalData) comes(j *staged) (cells []int32) {
	of := d.counters()
	for i, channel := range j.channel {
		role, age := j.role(i)
		if role != after {
			continue
		}
		since := j.repeated - age
		switch {
		case j.repeated == 0:
			cells = append(cells, of.usual+channel*int32(len(sinceEntry)-1)+int32(entryBin(j.entered-age)))
			if j.converted && age < around {
				cells = append(cells, of.before+channel)
			}
		case since > aVisit && since < around:
			cells = append(cells, of.behind+channel)
		}
	}
	return cells
}

// busy is, by channel, what part of the touches in the days before a conversion is of people who are busy at that time: as
// many as there are too many in the days after.
func (d *incrementalData) busy(counted, days, behind []float64) []float64 {
	of := d.counters()
	part := make([]float64, d.channels)
	bins := len(sinceEntry) - 1
	for c := range part {
		expected := 0.0
		for b := range bins {
			if days[b] > 0 {
				expected += counted[int(of.usual)+c*bins+b] / days[b] * behind[b]
			}
		}
		if n := counted[int(of.before)+c]; n > 0 {
			part[c] = math.Min(1, math.Max(0, (counted[int(of.behind)+c]-expected)/n))
		}
	}
	return part
}
