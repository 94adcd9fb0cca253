package attribution

import (
	"math/rand/v2"
	"testing"
)

// Journeys drawn from a chain of order 1, and ones in which the touch before the last decides.
func TestChooseOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	draw := func(second bool) []Path {
		var all []Path
		for range 20_000 {
			path, previous, last := "", 0, random.IntN(3)
			for {
				path += string(rune('A' + last))
				if random.Float64() < .3 {
					break
				}
				next := (last + 1) % 3
				if second {
					next = (previous + last) % 3
				}
				if random.Float64() < .3 {
					next = random.IntN(3)
				}
				previous, last = last, next
			}
			if random.Float64() < .1*float64(last) {
				all = append(all, counted(path, 1, 0))
			} else {
				all = append(all, counted(path, 0, 1))
			}
		}
		return all
	}
	for want, paths := range map[int][]Path{1: draw(false), 2: draw(true)} {
		choice, err := ChooseOrder(NewSampleOfPaths(paths), 4, 1)
		if err != nil || choice.Order != want {
			t.Errorf("got %+v, error %v, want order %d", choice, err, want)
		}
	}
	if _, err := ChooseOrder(NewSampleOfPaths(ninePaths), 0, 1); err == nil {
		t.Error("order 0 was accepted")
	}
	if c, err := ChooseOrder(NewSampleOfPaths(nil), 2, 1); err != nil || c.Order != 1 {
		t.Errorf("got %+v, error %v", c, err)
	}
}
