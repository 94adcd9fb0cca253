package attribution

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestDecayedIsTheExponential(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		x := math.Exp(random.Float64()*20 - 14) // 1e-6 to 400
		if want, got := math.Exp(-x), decayed(x); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("e^-%g: %g, want %g", x, got, want)
		}
	}
	for x, want := range map[float64]float64{0: 1, 1e6: 0, math.Inf(1): 0} {
		if got := decayed(x); got != want {
			t.Errorf("e^-%g: %g, want %g", x, got, want)
		}
	}
}

func TestLogsAddUp(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 3))
	sum, want := newLogs(), 0.0
	for range 10_000 {
		n, x := float64(random.IntN(8)), math.Exp(random.NormFloat64()*30)
		if random.IntN(10) == 0 {
			n = random.Float64()
		}
		sum.add(n, x)
		want += n * math.Log(x)
	}
	if got := sum.total(); math.Abs(got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%.12f, want %.12f", got, want)
	}
}
