package qualify

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed definitions/concepts.txt
var conceptText string

// concepts are the lists of concepts.txt: of a word, and of the beginning of a word.
type concepts struct {
	whole, start map[string][]uint8
}

var builtinConcepts = sync.OnceValue(func() *concepts { return parseConcepts(conceptText) })

func parseConcepts(text string) *concepts {
	c := &concepts{map[string][]uint8{}, map[string][]uint8{}}
	number := uint8(firstConcept)
	for line := range strings.Lines(text) {
		_, list, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for w := range strings.FieldsSeq(list) {
			if beginning, open := strings.CutSuffix(w, "*"); open {
				c.start[beginning] = append(c.start[beginning], number)
			} else {
				c.whole[w] = append(c.whole[w], number)
			}
		}
		number++
	}
	return c
}

// Concepts that no list holds.
const (
	conceptNumber = iota
	conceptQuestion
	conceptExclaim
	conceptNegation
	firstConcept
)

const shortestBeginning = 3

// of returns the concepts of a word: its own, else those of its longest known beginning.
func (c *concepts) of(w string) []uint8 {
	if found := c.whole[w]; found != nil {
		return found
	}
	for end := len(w); end >= shortestBeginning; end-- {
		if found := c.start[w[:end]]; found != nil {
			return found
		}
	}
	return nil
}
