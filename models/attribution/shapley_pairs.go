package attribution

// pairSolver goes over the pairs of a set that is played and a set of the sample within it. A set S within T, |T| = n, adds
// v(S)/(s·C(n,s)) to its members and takes v(S)/((n−s)·C(n,s)) from the others of T.
type pairSolver struct{ *setGame }

func (p pairSolver) values(worth, conv, values []float64) {
	s := p.s
	choose := [][]float64{} // by size of the set
	for set, count := range conv {
		if count == 0 {
			continue
		}
		ids := s.sets.at(set)
		for len(choose) <= len(ids) {
			choose = append(choose, binomials(len(choose)))
		}
		own, ways, n := values[s.sets.start[set]:s.sets.start[set+1]], choose[len(ids)], float64(len(ids))
		taken := 0.0
		for _, other := range p.within[p.start[set]:p.start[set+1]] {
			members := s.sets.at(int(other))
			size := float64(len(members))
			gives, takes := worth[other]/(size*ways[len(members)]), 0.0
			if size < n {
				takes = worth[other] / ((n - size) * ways[len(members)])
			}
			taken += takes
			k := 0
			for _, id := range members {
				for ids[k] != id {
					k++
				}
				own[k] += gives + takes
			}
		}
		for k := range own {
			own[k] -= taken
		}
	}
}

// pair finds the sets of the sample within each set that is played.
func (g *setGame) pair() {
	s := g.s
	index := make(map[string]int32, s.sets.len())
	var key []byte
	for set := range s.sets.len() {
		key = stepKey(s.sets.at(set), -1, key)
		index[string(key)] = int32(set)
	}
	g.start = make([]int, 1, s.sets.len()+1)
	var chosen []int32
	for set := range s.sets.len() {
		ids := s.sets.at(set)
		switch {
		case !g.played[set]:
		case len(ids) < 30 && 1<<len(ids) <= s.sets.len():
			for mask := 1; mask < 1<<len(ids); mask++ {
				chosen = chosen[:0]
				for k, id := range ids {
					if mask>>k&1 == 1 {
						chosen = append(chosen, id)
					}
				}
				key = stepKey(chosen, -1, key)
				if other, seen := index[string(key)]; seen {
					g.within = append(g.within, other)
				}
			}
		default: // a large set: fewer sets were seen than it has subsets
			for other := range s.sets.len() {
				if subset(s.sets.at(other), ids) {
					g.within = append(g.within, int32(other))
				}
			}
		}
		g.start = append(g.start, len(g.within))
	}
}

// subset reports whether all of a are in b, both sorted.
func subset(a, b []int32) bool {
	for _, x := range a {
		for len(b) > 0 && b[0] < x {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != x {
			return false
		}
	}
	return true
}
