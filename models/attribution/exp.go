package attribution

import "math"

// Steps between powers of two of which halving tabulates 2^(−step/expSteps).
const expSteps = 128

var halving = func() (table [expSteps]float64) {
	for i := range table {
		table[i] = math.Exp2(-float64(i) / expSteps)
	}
	return table
}()

// decayed is e^(−x) for x ≥ 0 to within some units in the last place, in a third of the time of math.Exp: fits of hazards do
// little else. 2^(−k/expSteps) is looked up for the k next below, and what is left, less than ln 2 / expSteps, is a series. A
// number below 1e-300 is 0.
func decayed(x float64) float64 {
	if !(x < 690) {
		return 0
	}
	k := int(x * (expSteps / math.Ln2))
	r := float64(k)*(math.Ln2/expSteps) - x
	series := 1 + r*(1+r*(1./2+r*(1./6+r*(1./24+r*(1./120)))))
	return series * halving[k&(expSteps-1)] * math.Float64frombits(uint64(1023-k/expSteps)<<52)
}

// logs adds up n·log x. Products of numbers are taken while they are neither too large nor too small, so that logarithms, which
// take long, are few.
type logs struct {
	product float64
	sum     float64
}

func newLogs() logs { return logs{product: 1} }

// add adds n·log x, for x > 0.
func (l *logs) add(n, x float64) {
	if n > 4 || n != math.Trunc(n) || x < 1e-30 || x > 1e30 {
		l.sum += n * math.Log(x)
		return
	}
	for range int(n) {
		l.product *= x
	}
	if l.product < 1e-150 || l.product > 1e150 {
		l.sum += math.Log(l.product)
		l.product = 1
	}
}

func (l *logs) total() float64 { return l.sum + math.Log(l.product) }
