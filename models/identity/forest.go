package identity

// forest is a disjoint-set forest over dense node numbers: union by size and path halving, hence practically constant
// time for each operation (Tarjan and van Leeuwen 1984). Each root also knows what its component holds.
type forest struct {
	parent []int32
	size   []int32
	held   []holding // read at the root only
}

// holding is what a component holds.
type holding struct {
	users, emails int32
	identified    bool // a user id or an address of one person
	apart         bool // an identifier that Options.Separate names
}

func newForest(n int) *forest {
	f := &forest{parent: make([]int32, n), size: make([]int32, n), held: make([]holding, n)}
	for i := range f.parent {
		f.parent[i] = int32(i)
		f.size[i] = 1
	}
	return f
}

func (f *forest) find(i int32) int32 {
	for f.parent[i] != i {
		f.parent[i] = f.parent[f.parent[i]]
		i = f.parent[i]
	}
	return i
}

// union joins the components of two different roots.
func (f *forest) union(a, b int32) {
	if f.size[a] < f.size[b] {
		a, b = b, a
	}
	f.parent[b] = a
	f.size[a] += f.size[b]
	x, y := &f.held[a], &f.held[b]
	x.users += y.users
	x.emails += y.emails
	x.identified = x.identified || y.identified
	x.apart = x.apart || y.apart
}
