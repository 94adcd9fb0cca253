package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// shorten cuts words that would not fit a column, and shows that it did.
func shorten(words string, width int) string {
	runes := []rune(words)
	if len(runes) <= width {
		return words
	}
	return string(runes[:width-1]) + "…"
}

// wrap breaks text between words so that no line is longer than width letters, except for a single longer word.
func wrap(text string, width int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}

// brief is a name on one line of a table, whatever is in it. Of a long one its middle is left out: what tells pages and
// reports apart is often at the end.
func brief(name string, width int) string {
	runes := []rune(strings.Join(strings.Fields(name), " "))
	if len(runes) <= width {
		return string(runes)
	}
	head := (width - 1) / 2
	return string(runes[:head]) + "…" + string(runes[len(runes)-(width-1-head):])
}

// span writes a length of time in its natural unit.
func span(seconds float64) string {
	for _, unit := range []struct {
		name    string
		seconds float64
	}{{"d", 86400}, {"h", 3600}, {"min", 60}} {
		if seconds >= unit.seconds {
			return strconv.FormatFloat(seconds/unit.seconds, 'f', 1, 64) + " " + unit.name
		}
	}
	return strconv.FormatFloat(seconds, 'f', 0, 64) + " s"
}

// number writes all digits that a figure has, for files.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// thousands writes a whole number with separators.
func thousands(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// percent writes a share of 1.
func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// fixed writes two decimals.
func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// whole writes a rounded number with separators.
func whole(x float64) string { return thousands(int64(math.Round(x))) }

// ago says how long ago something was, in one unit.
func ago(now, at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	switch age := now.Sub(at); {
	case age < 2*time.Second:
		return "just now"
	case age < 2*time.Minute:
		return fmt.Sprintf("%d s ago", int(age.Seconds()))
	case age < 2*time.Hour:
		return fmt.Sprintf("%d min ago", int(age.Minutes()))
	case age < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(age.Hours()))
	default:
		return fmt.Sprintf("%d days ago", int(age.Hours()/24))
	}
}
