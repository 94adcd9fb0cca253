package attribution

// pathRule is a model whose weights depend on the order of channels alone.
type pathRule struct {
	name, version string
	// weigh fills the weights of a path and names the rule used.
	weigh func(path []int32, e *pathEnv, w []float64) string
}

// pathEnv is what rules know beside the path, and their scratch space.
type pathEnv struct {
	direct int32   // id of the direct channel, or -1
	count  []int32 // touches of each channel in the path at hand; all 0 between paths
}

func (r pathRule) Name() string    { return r.name }
func (r pathRule) Version() string { return r.version }

func (r pathRule) Credit(s *Sample) (Credit, error) {
	e := newPathEnv(s)
	return creditPaths(s, func(_ int, path []int32, w []float64) string { return r.weigh(path, e, w) }), nil
}

func newPathEnv(s *Sample) *pathEnv {
	e := &pathEnv{direct: -1, count: make([]int32, len(s.channels))}
	for _, name := range directNames {
		e.direct = max(e.direct, s.channelID(name))
	}
	return e
}

// First gives all credit to the first touch (first interaction in Google Analytics): what brought people here. It can't tell what made them stay, and its
// answer moves with the look-back.
func First() Model {
	return pathRule{"first", "1", func(_ []int32, _ *pathEnv, w []float64) string {
		w[0] = 1
		return "first"
	}}
}

// Last gives all credit to the last touch (last interaction in Google Analytics). It can't tell what made people look in the first place; it favours
// whatever stands next to the conversion, branded search and direct above all.
func Last() Model {
	return pathRule{"last", "1", func(_ []int32, _ *pathEnv, w []float64) string {
		w[len(w)-1] = 1
		return "last"
	}}
}

// LastNonDirect gives all credit to the last touch that is not Direct, or to the last one if all are (the rule of
// Google Analytics). Blind as Last.
func LastNonDirect() Model {
	return pathRule{"last_non_direct", "1", func(path []int32, e *pathEnv, w []float64) string {
		for i := len(path) - 1; i >= 0; i-- {
			if path[i] != e.direct {
				w[i] = 1
				return "last_non_direct"
			}
		}
		w[len(w)-1] = 1
		return "last: all direct"
	}}
}

// Linear gives each touch the same, as Google Analytics and Adobe Analytics do. It can't tell a touch that mattered from one that was merely frequent.
func Linear() Model {
	return pathRule{"linear", "1", func(_ []int32, _ *pathEnv, w []float64) string {
		for i := range w {
			w[i] = 1 / float64(len(w))
		}
		return "linear"
	}}
}

// LinearUnique gives each distinct channel the same, spread evenly over its touches: the Shapley value of the game that
// ShapleySet plays (Zhao, Mahboobi and Bagheri 2018), as a rule. Frequency no longer counts; what
// mattered still can't be told.
func LinearUnique() Model {
	return pathRule{"linear_unique", "1", func(path []int32, e *pathEnv, w []float64) string {
		e.spread(path, w, nil)
		return "linear_unique"
	}}
}

// Participation gives each distinct channel the whole conversion, spread evenly over its touches (participation in Adobe
// Analytics, influenced in PostHog). Its weights sum to
// the number of channels, not to 1: it answers "how many conversions was the channel part of", and its figures must
// not be added up. It is therefore not one of Models, whose ledgers reconcile.
func Participation() Model {
	return pathRule{"participation", "1", func(path []int32, e *pathEnv, w []float64) string {
		channels := float64(e.spread(path, w, nil))
		for i := range w {
			w[i] *= channels
		}
		return "participation: sums above 1"
	}}
}

// spread gives each distinct channel of a path credit in proportion to its factor, evenly over its touches; 1 in all.
// Equal parts when factor is nil or no factor is above 0. It returns the number of distinct channels.
func (e *pathEnv) spread(path []int32, w []float64, factor []float64) int {
	channels, sum := 0, 0.0
	for _, id := range path {
		if e.count[id]++; e.count[id] == 1 {
			channels++
			if factor != nil {
				sum += factor[id]
			}
		}
	}
	for i, id := range path {
		if sum > 0 {
			w[i] = factor[id] / sum / float64(e.count[id])
		} else {
			w[i] = 1 / float64(channels) / float64(e.count[id])
		}
	}
	for _, id := range path {
		e.count[id] = 0
	}
	return channels
}
