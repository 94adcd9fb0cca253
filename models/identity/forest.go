package identity

// forest is a disjoint-set forest over dense node numbers: union by size and path halving, hence practically constant
// time for each operation (Tarjan and van Leeuwen 1984). Each root also knows what its component holds.
type forest struct {
	parent     []int32
	size       []int32
	users      []int32 // user ids in the component; read at the root only
	identified []bool  // holds a user id or an address of one person; read at the root only
}

func newForest(n int) *forest {
	f := &forest{
		parent:     make([]int32, n),
		size:       make([]int32, n),
		users:      make([]int32, n),
		identified: make([]bool, n),
	}
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
	f.users[a] += f.users[b]
	f.identified[a] = f.identified[a] || f.identified[b]
}
