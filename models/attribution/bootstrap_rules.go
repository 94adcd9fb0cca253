package attribution

// ruleWeights are the weights of rules that look at paths, laid out for resampling: those of all rules stand together, so that
// a resample reads them once, in order. A rule's weights are the same in every resample; only how often a path was drawn
// differs.
type ruleWeights struct {
	rules   []int     // index of each rule among the models
	path    []int32   // that converted
	start   []int     // of each such path in channel
	channel []int32   // distinct channels of the path
	weights []float64 // of each channel by each rule, side by side
	width   int       // channels of the sample
}

func newRuleWeights(s *Sample, cs []Credit, rules []int) *ruleWeights {
	r := &ruleWeights{rules: rules, start: []int{0}, width: len(s.channels)}
	place := make([]int, len(s.channels)) // in channel, of the path at hand
	for i := range place {
		place[i] = -1
	}
	for p, n := range s.conv {
		if n == 0 {
			continue
		}
		path, from := s.paths.at(p), len(r.channel)
		r.path = append(r.path, int32(p))
		for k, id := range path {
			if place[id] < from {
				place[id] = len(r.channel)
				r.channel = append(r.channel, id)
				r.weights = append(r.weights, make([]float64, len(rules))...)
			}
			for i, model := range rules {
				r.weights[place[id]*len(rules)+i] += cs[model].cells.weightsAt(p)[k]
			}
		}
		r.start = append(r.start, len(r.channel))
	}
	return r
}

// credit adds up what each rule gives each channel: sums[rule] is by channel.
func (r *ruleWeights) credit(conv []float64) [][]float64 {
	n := len(r.rules)
	sums := make([]float64, n*r.width) // the rules of a channel side by side, as in weights
	for i, p := range r.path {
		count := conv[p]
		if count == 0 {
			continue
		}
		for k := r.start[i]; k < r.start[i+1]; k++ {
			into, weights := sums[int(r.channel[k])*n:][:n], r.weights[k*n:][:n]
			for rule, weight := range weights {
				into[rule] += count * weight
			}
		}
	}
	byRule := make([][]float64, n)
	for rule := range byRule {
		byRule[rule] = make([]float64, r.width)
		for id := range byRule[rule] {
			byRule[rule][id] = sums[id*n+rule]
		}
	}
	return byRule
}
