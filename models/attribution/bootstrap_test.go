package attribution

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBootstrapIsDeterministic(t *testing.T) {
	js := world{2000, 5, 4, .4}.journeys(5, Options{ConversionType: "won"})
	want := map[string]Intervals{}
	for _, processors := range []int{1, 4} {
		before := runtime.GOMAXPROCS(processors)
		s := NewSample(js)
		for _, m := range Models() {
			got, err := Bootstrap(m, s, 50, 7)
			if err != nil {
				t.Fatal(err)
			}
			if known, seen := want[m.Name()]; seen {
				if diff := cmp.Diff(known, got, cmp.AllowUnexported(Intervals{})); diff != "" {
					t.Errorf("%s: %s", m.Name(), diff)
				}
			}
			want[m.Name()] = got
		}
		runtime.GOMAXPROCS(before)
		rand.Shuffle(len(js), func(i, j int) { js[i], js[j] = js[j], js[i] })
	}
}

func TestBootstrapTogetherIsBootstrapAlone(t *testing.T) {
	s := NewSample(world{1000, 5, 4, .4}.journeys(6, Options{ConversionType: "won"}))
	var cs []Credit
	for _, m := range addingUp() {
		cs = append(cs, credit(t, m, s))
	}
	together, err := BootstrapAll(addingUp(), s, cs, 30, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range addingUp() {
		alone, err := Bootstrap(m, s, 30, 3)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(alone, together[i], cmp.AllowUnexported(Intervals{})); diff != "" {
			t.Errorf("%s: %s", m.Name(), diff)
		}
	}
}

// The width of the interval of a proportion is known: last of journeys of one touch is a multinomial share.
func TestBootstrapOfAProportion(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted("A", 300, 0), counted("B", 700, 0)})
	i, err := Bootstrap(Last(), s, 4000, 1)
	if err != nil {
		t.Fatal(err)
	}
	half := 1.96 * math.Sqrt(.3*.7/1000)
	near(t, "interval of A", []float64{i.Low[0], i.High[0]}, []float64{.3 - half, .3 + half}, .003)
	low, high := i.Difference(1, 0)
	near(t, "difference", []float64{low, high}, []float64{.4 - 2*half, .4 + 2*half}, .006)
	if !i.Distinguishable(0, 1) {
		t.Error("30 % and 70 % of 1,000 are told apart")
	}
}

// Units, not journeys, are drawn: ten conversions of each unit are worth one.
func TestBootstrapDrawsUnits(t *testing.T) {
	var js, repeated []Journey
	for u := range 200 {
		channel := "A"
		if u%4 == 0 {
			channel = "B"
		}
		j := journey(string(rune('a'+u%26))+string(rune('a'+u/26)), []string{channel}, []float64{0}, 1, 1)
		js = append(js, j)
		for range 10 {
			repeated = append(repeated, j)
		}
	}
	for _, m := range []Model{Last(), Models()[8]} {
		once, err := Bootstrap(m, NewSample(js), 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		ten, err := Bootstrap(m, NewSample(repeated), 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		if width, of := ten.High[0]-ten.Low[0], once.High[0]-once.Low[0]; math.Abs(width/of-1) > .15 {
			t.Errorf("%s: width %g, want about %g", m.Name(), width, of)
		}
	}
}

// Of a channel with few conversions, or none, a sample doesn't know all: the upper limits are those of Jeffreys for a proportion,
// by R: qbeta(.975, 2.5, 198.5) and qbeta(.975, .5, 200.5).
func TestIntervalsOfFewConversions(t *testing.T) {
	s := NewSampleOfPaths([]Path{counted("A", 198, 0), counted("B", 2, 0), counted("C", 0, 50)})
	i, err := Bootstrap(Last(), s, 2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "upper limits", i.High[1:], []float64{.03164, .01246}, 1e-3)
	near(t, "lower limits", i.Low[1:], []float64{0, 0}, 0)
}

// Where a share rests on many conversions, or varies less than any count could, percentiles stand.
func TestIntervalsOfManyConversions(t *testing.T) {
	for _, spread := range []float64{.01, .0001} {
		i := percentiles([]string{"A"}, [][]float64{{.2 - spread}, {.2}, {.2 + spread}})
		near(t, "upper limit", i.reach([]float64{.2}, 30).High, []float64{.2 + spread}, 1e-12)
	}
}

func TestBootstrapWithoutReplicatesKnowsNothing(t *testing.T) {
	i, err := Bootstrap(Linear(), NewSampleOfPaths(ninePaths), 0, 1)
	if err != nil || i.Low[0] != 0 || i.High[0] != 1 || i.Distinguishable(0, 1) {
		t.Errorf("got %+v, error %v", i, err)
	}
}

func TestPoissonDraws(t *testing.T) {
	random := rand.NewPCG(1, 1)
	for _, mean := range []float64{1, 3, 16, 17, 2.5, 1000} {
		const n = 100_000
		sum, squares := 0.0, 0.0
		for range n {
			x := poisson(mean, random)
			sum, squares = sum+x, squares+x*x
		}
		m := sum / n
		if se := math.Sqrt(mean / n); math.Abs(m-mean) > 4*se || math.Abs(squares/n-m*m-mean) > .03*mean {
			t.Errorf("mean %g: drew mean %g, variance %g", mean, m, squares/n-m*m)
		}
	}
}
