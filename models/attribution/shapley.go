package attribution

// ShapleySet is the Shapley value of the game v(S) = conversions of journeys whose channels are all in S. It equals
// linear_unique exactly (Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution modeling in online
// advertising", 2018), journey by journey, and is computed so. Journeys that did not convert play no part: it can't
// tell a channel that converts from one that is everywhere.
func ShapleySet() Model {
	return pathRule{"shapley_set", "1", func(path []int32, e *pathEnv, w []float64) string {
		e.spread(path, w, nil)
		return "equal parts of the set"
	}}
}

// binomials are C(n, 0) … C(n, n).
func binomials(n int) []float64 {
	c := make([]float64, n+1)
	c[0] = 1
	for k := range n {
		c[k+1] = c[k] * float64(n-k) / float64(k+1)
	}
	return c
}
