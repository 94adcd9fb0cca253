package path

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestFewDurationsAreExact(t *testing.T) {
	var few durations
	for i := range exactDurations {
		few.add(time.Duration(i) * time.Second)
	}
	if few.buckets != nil || math.Abs(few.quantile(.5)-(exactDurations-1)/2.) > 1e-9 {
		t.Errorf("median %v", few.quantile(.5))
	}
}

func TestManyDurations(t *testing.T) {
	const n = 5 * exactDurations
	var many, shuffled durations
	for i := range n {
		many.add(time.Duration(i) * time.Second)
		shuffled.add(time.Duration(i*7919%n) * time.Second)
	}
	for _, p := range []float64{.01, .5, .9, 1} {
		want := p * (n - 1)
		if got := many.quantile(p); math.Abs(got/want-1) > .008 {
			t.Errorf("quantile %v: got %v, want %v", p, got, want)
		}
	}
	if !reflect.DeepEqual(many, shuffled) || len(many.buckets) > 2000 {
		t.Errorf("%d buckets; the order of adding shows", len(many.buckets))
	}
	if many.quantile(0) > 0 {
		t.Errorf("the least of them took %v s", many.quantile(0))
	}
}

// Durations put together are those added one by one, few or many, whichever is put into which.
func TestMergedDurations(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for _, sizes := range [][2]int{{0, 0}, {3, 0}, {0, 5}, {10, 20}, {6000, 6000}, {20_000, 10}, {10, 20_000}, {20_000, 20_000}} {
		var one, other, all durations
		for k, n := range sizes {
			part := []*durations{&one, &other}[k]
			for range n {
				d := time.Duration(math.Exp(random.Float64()*40)) * time.Nanosecond
				part.add(d)
				all.add(d)
			}
		}
		one.merge(&other)
		for _, p := range []float64{0, .1, .5, .9, 1} {
			if got, want := one.quantile(p), all.quantile(p); math.Abs(got-want) > 1e-12*want {
				t.Errorf("%v: quantile %v is %v, want %v", sizes, p, got, want)
			}
		}
		if one.count != all.count || one.sum != all.sum || !slices.Equal(one.buckets, all.buckets) {
			t.Errorf("%v: %d durations of %d, want %d of %d", sizes, one.count, one.sum, all.count, all.sum)
		}
	}
}
