package source

import (
	"strconv"
	"strings"
	"time"
)

// parseTime reads a timestamp as Unix milliseconds: one of the declared layouts (UTC unless the layout has a zone), else
// RFC 3339 with any offset, a blank for the T or no zone at all (UTC), a date alone, else Unix time.
func parseTime(s string, layouts []string) (int64, error) {
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), nil
		}
	}
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		return parseISO(s)
	}
	return parseUnix(s)
}

// parseISO reads 2006-01-02[(T| )15:04[:05[.999999999]][Z|±07[[:]00]]]. time.Parse does the same four times slower.
func parseISO(s string) (int64, error) {
	year, month, day := digits(s[:4]), digits(s[5:7]), digits(s[8:10])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, errNotTime
	}
	ms := daysSinceEpoch(year, month, day) * 86_400_000
	if len(s) == 10 {
		return ms, nil
	}
	if s[10] != 'T' && s[10] != ' ' && s[10] != 't' {
		return 0, errNotTime
	}
	clock, rest, ok := parseClock(s[11:])
	if !ok {
		return 0, errNotTime
	}
	offset, ok := parseOffset(strings.TrimPrefix(rest, " "))
	if !ok {
		return 0, errNotTime
	}
	return ms + clock - offset, nil
}

// parseClock reads 15:04[:05[.999…]] in milliseconds, the fraction cut off after the third digit.
func parseClock(s string) (ms int64, rest string, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return 0, s, false
	}
	hour, minute, second := digits(s[:2]), digits(s[3:5]), 0
	rest = s[5:]
	if len(rest) >= 3 && rest[0] == ':' {
		second, rest = digits(rest[1:3]), rest[3:]
	}
	// A leap second is the first of the next minute, since Unix time has none.
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return 0, s, false
	}
	ms = int64(hour)*3_600_000 + int64(minute)*60_000 + int64(second)*1000
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		i, scale := 1, int64(100)
		for ; i < len(rest) && rest[i]-'0' <= 9; i++ {
			ms += int64(rest[i]-'0') * scale
			scale /= 10
		}
		if i == 1 {
			return 0, s, false
		}
		rest = rest[i:]
	}
	return ms, rest, true
}

// parseOffset reads Z, ±07, ±0700, ±07:00, UTC or nothing, in milliseconds.
func parseOffset(s string) (int64, bool) {
	switch s {
	case "", "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digitsOnly := s[1:]
	if len(s) == 6 && s[3] == ':' {
		digitsOnly = s[1:3] + s[4:]
	}
	var hours, minutes int
	switch len(digitsOnly) {
	case 2:
		hours = digits(digitsOnly)
	case 4:
		hours, minutes = digits(digitsOnly[:2]), digits(digitsOnly[2:])
	default:
		return 0, false
	}
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	ms := int64(hours)*3_600_000 + int64(minutes)*60_000
	if s[0] == '-' {
		ms = -ms
	}
	return ms, true
}

// parseUnix reads Unix time in seconds, milliseconds, microseconds or nanoseconds; the magnitude tells which, since the
// four don't meet for any time between 1973 and 5138.
func parseUnix(s string) (int64, error) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch magnitude := max(n, -n); {
		case magnitude < 1e11:
			return n * 1000, nil
		case magnitude < 1e14:
			return n, nil
		case magnitude < 1e17:
			return n / 1000, nil
		}
		return n / 1_000_000, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > -1e14 && f < 1e14) {
		return 0, errNotTime
	}
	if f > -1e11 && f < 1e11 {
		f *= 1000
	}
	return int64(f), nil
}

// digits is the number that s writes, -1 when a character is no digit.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return -1
		}
		n = n*10 + int(c)
	}
	return n
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01 (Hinnant, "chrono-compatible low-level date
// algorithms", days_from_civil), for years from 0.
func daysSinceEpoch(year, month, day int) int64 {
	if month <= 2 {
		year--
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yearOfEra := year - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int64(era)*146097 + int64(dayOfEra) - 719468
}
