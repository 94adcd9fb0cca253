package source

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var (
	errNotTime     = errors.New("not a timestamp")
	errNotDecimal  = errors.New("not a number")
	errDecimalSize = errors.New("does not fit Decimal(18,4)")
)

// decimalLimit is what Decimal(18,4) can't hold any more, in units of 1/10000.
const decimalLimit = 1_000_000_000_000_000_000

// parseDecimal reads a decimal number, also with an exponent, in units of 1/10000. Digits after the fourth are rounded,
// half away from zero as money is.
func parseDecimal(s string) (int64, error) {
	if n, ok := plainDecimal(s); ok {
		return n, nil
	}
	s = strings.TrimSpace(s)
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		n, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return 0, errNotDecimal
		}
		mantissa, exponent = s[:i], n
	}
	negative := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimPrefix(strings.TrimPrefix(mantissa, "-"), "+")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(whole)+len(fraction) == 0 || digitsEnd(whole) < len(whole) || digitsEnd(fraction) < len(fraction) {
		return 0, errNotDecimal
	}
	n, err := scaled(whole, fraction, exponent+4)
	if negative {
		n = -n
	}
	return n, err
}

// plainDecimal reads digits, and after a point up to four more, which is how most money is written.
func plainDecimal(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 12 || s[0] == '.' {
		return 0, false
	}
	n, places := int64(0), -1
	for i := range len(s) {
		switch c := s[i] - '0'; {
		case c <= 9:
			n = n*10 + int64(c)
			if places >= 0 {
				places++
			}
		case s[i] == '.' && places < 0:
			places = 0
		default:
			return 0, false
		}
	}
	if places > 4 {
		return 0, false
	}
	return n * powersOfTen[4-max(places, 0)], true
}

var powersOfTen = [...]int64{1, 10, 100, 1000, 10_000}

// scaled is whole.fraction × 10^exponent, rounded to an integer.
func scaled(whole, fraction string, exponent int) (int64, error) {
	point := len(whole) + exponent // digits before the point of the result
	var n int64
	for i := range max(point, 0) {
		n *= 10
		if i < len(whole)+len(fraction) {
			n += int64(digitAt(whole, fraction, i))
		} else if n == 0 {
			break // zeros behind zeros, however large the exponent
		}
		if n >= decimalLimit {
			return 0, errDecimalSize
		}
	}
	if point >= 0 && point < len(whole)+len(fraction) && digitAt(whole, fraction, point) >= 5 {
		if n++; n >= decimalLimit {
			return 0, errDecimalSize
		}
	}
	return n, nil
}

func digitAt(whole, fraction string, i int) byte {
	if i < len(whole) {
		return whole[i] - '0'
	}
	return fraction[i-len(whole)] - '0'
}

func digitsEnd(s string) int {
	i := 0
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// asTime reads a value as Unix milliseconds.
func asTime(v value, layouts []string) (int64, error) {
	switch v.kind {
	case instant:
		return v.at, nil
	case text, number:
		ms, err := parseTime(strings.TrimSpace(v.text), layouts)
		if err != nil {
			return 0, fmt.Errorf("%w: %q", err, clip(v.text))
		}
		return ms, nil
	}
	return 0, fmt.Errorf("%w but %s", errNotTime, v.kind)
}

// asDecimal reads a value as units of 1/10000.
func asDecimal(v value) (int64, error) {
	if v.kind != text && v.kind != number {
		return 0, fmt.Errorf("%w but %s", errNotDecimal, v.kind)
	}
	n, err := parseDecimal(v.text)
	if err != nil {
		return 0, fmt.Errorf("%w: %q", err, clip(v.text))
	}
	return n, nil
}

// clip keeps a quoted value in a message readable.
func clip(s string) string {
	const limit = 60
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
