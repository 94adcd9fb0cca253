package simulate

import (
	"strconv"
)

const hexDigits = "0123456789abcdef"

// appendHex writes the lowest digits of x.
func appendHex(b []byte, x uint64, digits int) []byte {
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[x>>shift&15])
	}
	return b
}

// appendText escapes s for a JSON string; valid UTF-8 goes in as it is.
func appendText[S string | []byte](b []byte, s S) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// appendField writes ,"name":"value" and nothing for an empty value; name needs no escape.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, ',', '"'), name...), `":"`...)
	return append(appendText(b, value), '"')
}

// appendTime writes a time as RFC 3339 with milliseconds, UTC: 2026-01-05T09:30:00.123Z. The date by Hinnant's
// days-to-civil algorithm.
func appendTime(b []byte, milliseconds int64) []byte {
	days := milliseconds / millisecondsPerDay
	rest := milliseconds - days*millisecondsPerDay
	if rest < 0 {
		days, rest = days-1, rest+millisecondsPerDay
	}
	z := days + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day, month, year := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if month > 12 {
		month, year = month-12, year+1
	}
	b = append(appendDigits(b, year, 4), '-')
	b = append(appendDigits(b, month, 2), '-')
	b = append(appendDigits(b, day, 2), 'T')
	b = append(appendDigits(b, rest/millisecondsPerHour, 2), ':')
	b = append(appendDigits(b, rest/60_000%60, 2), ':')
	b = append(appendDigits(b, rest/1000%60, 2), '.')
	return append(appendDigits(b, rest%1000, 3), 'Z')
}

func appendDigits(b []byte, n int64, width int) []byte {
	var digits [8]byte
	for i := width - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
	return append(b, digits[:width]...)
}

// appendMoney writes cents as a JSON number in whole units.
func appendMoney(b []byte, cents int32) []byte {
	b = strconv.AppendInt(b, int64(cents)/100, 10)
	if part := int64(cents) % 100; part != 0 {
		b = appendDigits(append(b, '.'), part, 2)
	}
	return b
}
