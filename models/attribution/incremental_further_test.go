package attribution

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Keen people sign up oftener, come by C oftener all along, and once they have decided come by C or D, to compare and to sign up.
// Visits by D are as many for everybody and cause nothing; those by C cause nothing or something, by the case.
func TestIncrementalComparesWithinPeopleWhereTheDecidedComeBack(t *testing.T) {
	for _, moves := range []float64{0, .12} {
		caused := 0.0
		got := byChannel(t, livesOf(20_000, "signed_up", func(random *rand.Rand, l *life) {
			often, anyway := .02, .05
			if random.Float64() < .4 {
				often, anyway = .06, .3
			}
			l.touch(0, "A")
			at, by := math.Inf(1), false
			if random.Float64() < anyway {
				at = random.ExpFloat64() * 14
			}
			for _, channel := range []string{"C", "D"} {
				rate, effect := often, moves
				if channel == "D" {
					rate, effect = .03, 0
				}
				for day := random.ExpFloat64() / rate; day < min(at, 80); day += random.ExpFloat64() / rate {
					l.touch(day, channel)
					if moved := day + .03 + random.ExpFloat64()*4; random.Float64() < effect && moved < at {
						at, by = moved, true
					}
				}
			}
			slices.SortFunc(l.touches, func(a, b Touch) int { return a.At.Compare(b.At) })
			if at > 80 {
				return
			}
			closing := func(day float64) {
				l.touch(day, []string{"C", "D"}[random.IntN(2)])
			}
			if before := at - random.ExpFloat64()*2; before > 0 {
				closing(before)
			}
			closing(at - .001)
			slices.SortFunc(l.touches, func(a, b Touch) int { return a.At.Compare(b.At) })
			l.signedUp = at
			if by {
				caused++
			}
		}))
		// What decisions can explain is not taken for caused: where C brings half of the decided, some half of its effect is missing.
		about(t, got, "C", .7*caused, 60+.3*caused)
		about(t, got, "D", 0, 60)
	}
}
