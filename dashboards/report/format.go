package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// write is a value as text, in the unit that the panel gives it. NULL is the empty string.
func write(v any, f dashboards.Format) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		return x.Format("2006-01-02 15:04:05")
	case float64:
		return writeNumber(x, f)
	}
	return fmt.Sprint(v)
}

func writeNumber(x float64, f dashboards.Format) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return ""
	}
	switch f.Unit {
	case "percentunit":
		if math.Abs(x) >= 10 {
			return grouped(100*x, 0) + " %"
		}
		return minus(strconv.FormatFloat(100*x, 'f', f.Decimals, 64)) + " %"
	case "short":
		return brief(x, f.Decimals)
	case "s":
		return duration(x)
	case "d":
		return minus(strconv.FormatFloat(x, 'f', f.Decimals, 64)) + " days"
	case "cps":
		return grouped(x, f.Decimals) + "/s"
	}
	return grouped(x, f.Decimals)
}

// minus writes a negative number with the sign of that name, and nothing negative where all digits are 0.
func minus(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	if !negative || strings.Trim(digits, "0.") == "" {
		return digits
	}
	return "−" + digits
}

// isolated keeps a name that is written from right to left from turning the words around it.
func isolated(name string) string {
	for _, r := range name {
		if unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko) {
			return "\u2068" + name + "\u2069"
		}
	}
	return name
}

// grouped writes 12345.60 as 12,345.6: at most so many decimals.
func grouped(x float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if x < 0 && strings.Trim(whole, "0.,") != "" {
		return "−" + whole
	}
	return whole
}

// brief writes 211070 as 211.1 K.
func brief(x float64, decimals int) string {
	for _, u := range []struct {
		from float64
		name string
	}{{1e9, " B"}, {1e6, " M"}, {1e3, " K"}} {
		if math.Abs(x) >= u.from {
			return grouped(x/u.from, decimals) + u.name
		}
	}
	return grouped(x, decimals)
}

// duration writes seconds in the largest unit that they fill.
func duration(seconds float64) string {
	if seconds < 0 {
		return "−" + duration(-seconds)
	}
	for _, u := range []struct {
		seconds float64
		name    string
	}{{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}} {
		if seconds >= u.seconds {
			return grouped(seconds/u.seconds, 1) + " " + u.name
		}
	}
	return grouped(seconds*1000, 0) + " ms"
}

// percent is a share in words: 26 %, or 4.4 % below ten.
func percent(x float64) string {
	if math.Abs(x) < .0995 {
		return strings.TrimSuffix(strconv.FormatFloat(100*x, 'f', 1, 64), ".0") + " %"
	}
	return strconv.FormatFloat(100*x, 'f', 0, 64) + " %"
}
