package path

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// longestLoop bounds the loops that Compress looks for, so that a trail of 100,000 visits takes a moment, not a day.
const longestLoop = 16

// Compress folds repeats, for the eye only: A B C B C B C D becomes A (B C)×3 D. From left to right it takes the loop
// that covers most, the shortest of equals, and folds within it too. Where names have spaces in them, arrows stand between
// them.
func Compress(states []string) string {
	between := " "
	if slices.ContainsFunc(states, func(name string) bool { return strings.ContainsFunc(name, unicode.IsSpace) }) {
		between = " → "
	}
	return compress(states, between)
}

func compress(states []string, between string) string {
	var parts []string
	for i := 0; i < len(states); {
		length, times := loopAt(states[i:])
		if times < 2 {
			parts = append(parts, states[i])
			i++
			continue
		}
		body := states[i]
		if length > 1 {
			body = "(" + compress(states[i:i+length], between) + ")"
		}
		parts = append(parts, fmt.Sprintf("%s×%d", body, times))
		i += length * times
	}
	return strings.Join(parts, between)
}

// sequenceText is a sequence in full, a > b > c. A name that has such an arrow in it is quoted, so that no two sequences
// have the same text.
func sequenceText(states []string) string {
	quoted := slices.Clone(states)
	for i, name := range quoted {
		if strings.Contains(name, ">") || strings.HasPrefix(name, `"`) {
			quoted[i] = strconv.Quote(name)
		}
	}
	return strings.Join(quoted, " > ")
}

// loopAt is the loop at the beginning of states that covers most of them.
func loopAt(states []string) (length, times int) {
	length, times = 1, 1
	for l := 1; l <= min(longestLoop, len(states)/2); l++ {
		n := 1
		for (n+1)*l <= len(states) && slices.Equal(states[:l], states[n*l:(n+1)*l]) {
			n++
		}
		if n > 1 && n*l > length*times {
			length, times = l, n
		}
	}
	return length, times
}
