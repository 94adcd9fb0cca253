package attribution

import (
	"hash/fnv"
	"io"
	"testing"
)

func TestKeysOfPathsAreHashesOfTheirNames(t *testing.T) {
	for _, path := range [][]string{nil, {""}, {"Direct"}, {"Paid Search", "", "Überfall ≈"}, {"Paid", "Search"}} {
		h := fnv.New64a()
		for _, name := range path {
			_, _ = io.WriteString(h, name+"\x00")
		}
		if got := PathKey(path); got != h.Sum64() {
			t.Errorf("%q: key %d, want %d", path, got, h.Sum64())
		}
	}
}
