package layered

import "math"

// layersOf gives each node a layer after those that lead to it. Nodes then move, within the room that their neighbours leave, to
// where their edges are shortest together.
func layersOf(nodes int, edges []Edge) []int {
	layer := make([]int, nodes)
	in, out := make([][]Edge, nodes), make([][]Edge, nodes)
	for _, e := range edges {
		in[e.To], out[e.From] = append(in[e.To], e), append(out[e.From], e)
	}
	for node := range nodes {
		for _, e := range in[node] {
			layer[node] = max(layer[node], layer[e.From]+1)
		}
	}
	for moved, round := true, 0; moved && round < nodes; round++ {
		moved = false
		for node := nodes - 1; node >= 0; node-- {
			if to := shortest(node, layer, in[node], out[node]); to != layer[node] {
				layer[node], moved = to, true
			}
		}
	}
	return layer
}

// shortest is the layer in which the edges of a node are shortest: next to its heavier side.
func shortest(node int, layer []int, in, out []Edge) int {
	earliest, latest, pull := 0, math.MaxInt, 0.0
	for _, e := range in {
		earliest = max(earliest, layer[e.From]+1)
		pull -= e.Weight
	}
	for _, e := range out {
		latest = min(latest, layer[e.To]-1)
		pull += e.Weight
	}
	switch {
	case pull > 0 && len(out) > 0:
		return latest
	case pull < 0 && len(in) > 0:
		return earliest
	}
	return layer[node]
}
