package attribution

import "math/bits"

// latticeChannels is how many channels games may have to be solved over all sets of them, as bit masks: 2^n figures.
const latticeChannels = 20

// sumSubsets replaces the figure of each set, by mask, by the sum over its subsets. Halves are done one after the other, so
// that most of the work finds its figures in the cache.
func sumSubsets(f []float64) {
	if len(f) > 1<<12 {
		sumSubsets(f[:len(f)/2])
		sumSubsets(f[len(f)/2:])
		addTo(f[len(f)/2:], f[:len(f)/2])
		return
	}
	if len(f) >= 8 { // three channels at once: halves of one to four figures are not worth a loop each
		for from := 0; from < len(f); from += 8 {
			g := f[from : from+8 : from+8]
			g[1], g[3], g[5], g[7] = g[1]+g[0], g[3]+g[2], g[5]+g[4], g[7]+g[6]
			g[2], g[3], g[6], g[7] = g[2]+g[0], g[3]+g[1], g[6]+g[4], g[7]+g[5]
			g[4], g[5], g[6], g[7] = g[4]+g[0], g[5]+g[1], g[6]+g[2], g[7]+g[3]
		}
	}
	half := 8
	if len(f) < 8 {
		half = 1
	}
	for ; half < len(f); half *= 2 {
		for from := 0; from < len(f); from += 2 * half {
			addTo(f[from+half:from+2*half], f[from:from+half])
		}
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
