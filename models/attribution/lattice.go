package attribution

import "math/bits"

// latticeChannels is how many channels games may have to be solved over all sets of them, as bit masks: 2^n figures.
const latticeChannels = 20

// sumSubsets replaces the figure of each set, by mask, by the sum over its subsets. Quarters are done one after the other, so
// that most of the work finds its figures in the cache, and channels two or three at once, so that each figure is fetched and
// stored for several of them.
func sumSubsets(f []float64) {
	if quarter := len(f) / 4; len(f) > 1<<12 {
		for from := 0; from < len(f); from += quarter {
			sumSubsets(f[from : from+quarter])
		}
		addTwo(f)
		return
	}
	done := 1 // figures whose sums within a stretch of so many are made
	if len(f) >= 8 {
		for from := 0; from < len(f); from += 8 { // halves of one to four figures are not worth a loop each
			g := f[from : from+8 : from+8]
			g[1], g[3], g[5], g[7] = g[1]+g[0], g[3]+g[2], g[5]+g[4], g[7]+g[6]
			g[2], g[3], g[6], g[7] = g[2]+g[0], g[3]+g[1], g[6]+g[4], g[7]+g[5]
			g[4], g[5], g[6], g[7] = g[4]+g[0], g[5]+g[1], g[6]+g[2], g[7]+g[3]
		}
		done = 8
	}
	for ; 4*done <= len(f); done *= 4 {
		for from := 0; from < len(f); from += 4 * done {
			addTwo(f[from : from+4*done])
		}
	}
	if done < len(f) {
		addTo(f[done:], f[:done])
	}
}

// addTwo adds two channels to figures that hold the sums over all others: those of the quarters have neither, the one, the
// other, both.
func addTwo(f []float64) {
	quarter := len(f) / 4
	none, one, other, both := f[:quarter], f[quarter:2*quarter], f[2*quarter:3*quarter], f[3*quarter:]
	one, other, both = one[:len(none)], other[:len(none)], both[:len(none)]
	for i, n := range none {
		o, t := one[i]+n, other[i]
		one[i], other[i], both[i] = o, t+n, both[i]+t+o
	}
}

func addTo(sums, f []float64) {
	f = f[:len(sums)]
	for i := range sums {
		sums[i] += f[i]
	}
}

// shapleyOf fills the Shapley values of n players, where f holds what each set of them is worth, by mask. f is overwritten.
//
// A set of s players gives v/(n·C(n−1,s−1)) to its members and takes v/(n·C(n−1,s)) from the others; so does v(∅). What all
// take is one sum, and what the members get is summed by folding the lattice, one player at a time.
func shapleyOf(f, values []float64) {
	n := len(values)
	if n == 0 {
		return
	}
	choose := binomials(n - 1)
	gives, takes := make([]float64, n+1), make([]float64, n+1)
	for size := range n {
		gives[size+1], takes[size] = 1/(float64(n)*choose[size]), 1/(float64(n)*choose[size])
	}
	taken := 0.0
	for mask, worth := range f {
		size := bits.OnesCount(uint(mask))
		taken += worth * takes[size]
		f[mask] = worth * (gives[size] + takes[size])
	}
	for k := n - 1; k >= 0; k-- {
		low, high := f[:1<<k], f[1<<k:1<<(k+1)]
		values[k] = total(high) - taken
		addTo(low, high)
	}
}
