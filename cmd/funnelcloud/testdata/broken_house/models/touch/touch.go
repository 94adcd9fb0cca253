package touch

import (
	chance "math/rand"
	"math/rand/v2"
	_ "net/url" // knows no network
	_ "os"      // wrong: a file system
	"time"
)

var (
	seeded  = rand.New(rand.NewPCG(1, 2))
	unlike  = rand.IntN(6)   // wrong: chance from nowhere
	unalike = chance.Intn(6) // wrong: the same
	clock   = time.Now       // wrong: a clock
	day     = 24 * time.Hour
)
