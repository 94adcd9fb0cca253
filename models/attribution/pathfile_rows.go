package attribution

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// rowScanner reads the rows of one block into columns whose ids are those of its name table.
type rowScanner struct {
	rowLayout
	names *nameTable
	text  []byte
	at    int // in text
	end   int // of the line that at is in

	columns Columns // without dictionary
	quotes  bool    // in the text

	lines   int // seen
	rowLine int // where the row at hand begins, 1 the first
	err     error
	scratch []byte
}

// scan reads all rows, up to the first that can't be read.
func (s *rowScanner) scan() {
	s.quotes = bytes.IndexByte(s.text, '"') >= 0
	rows := bytes.Count(s.text, []byte{'\n'}) + 1
	s.columns.Touches, s.columns.Ends = make([]uint16, 0, len(s.text)/8), make([]int32, 0, rows)
	s.columns.Converted = make([]bool, 0, rows)
	if s.value >= 0 {
		s.columns.Values = make([]float64, 0, rows)
	}
	for s.at < len(s.text) && s.err == nil {
		s.rowLine = s.lines + 1
		s.line()
		if line := s.text[s.at:s.end]; len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			s.at = s.end + 1
			continue
		}
		s.err = s.row()
	}
}

// line finds the end of the line that begins at s.at.
func (s *rowScanner) line() {
	s.lines++
	s.end = bytes.IndexByte(s.text[s.at:], '\n')
	if s.end < 0 {
		s.end = len(s.text)
	} else {
		s.end += s.at
	}
}

func (s *rowScanner) row() error {
	var conv, null, value float64
	for i := range s.fields {
		field, last, err := s.field()
		if err != nil {
			return err
		}
		if last != (i == s.fields-1) {
			return s.wrongFields(i, last)
		}
		switch i {
		case s.channels:
			err = s.path(field)
		case s.conversions:
			if conv, err = s.outcome(field); s.layout.Journeys {
				null = 1 - conv
			}
		case s.nulls:
			null, err = count(field, s.layout.Nulls, false)
		case s.value:
			value, err = count(field, s.layout.Value, true)
		}
		if err != nil {
			return err
		}
	}
	c := &s.columns
	c.Ends = append(c.Ends, int32(len(c.Touches)))
	c.add(conv, null)
	if s.value >= 0 {
		c.Values = append(c.Values, value)
	}
	return nil
}

// field is the next cell without its quotes, and whether it is the last of its row. Its memory has padding.
func (s *rowScanner) field() (field []byte, last bool, err error) {
	if s.at < s.end && s.text[s.at] == '"' {
		return s.quoted()
	}
	rest := s.text[s.at:s.end]
	until := 1 // counts are mostly one digit
	if len(rest) < 2 || rest[1] != s.delimiter || rest[0] == s.delimiter {
		until = bytes.IndexByte(rest, s.delimiter)
	}
	if last = until < 0; last {
		until = len(rest)
	}
	field = rest[:until]
	s.at += until + 1
	if s.quotes && bytes.IndexByte(field, '"') >= 0 {
		return nil, last, fmt.Errorf("a quote within a cell that doesn't begin with one: %q", field)
	}
	return field, last, nil
}

// quoted is a cell in quotes, which may hold line ends and, twice each, quotes.
func (s *rowScanner) quoted() (field []byte, last bool, err error) {
	from := s.at + 1
	until, doubled := from, false
	for ; ; until += 2 {
		next := bytes.IndexByte(s.text[until:], '"')
		if next < 0 {
			return nil, false, errors.New("a quote is left open")
		}
		if until += next; until+1 >= len(s.text) || s.text[until+1] != '"' {
			break
		}
		doubled = true
	}
	field = s.text[from:until]
	if inner := bytes.Count(field, []byte{'\n'}); inner > 0 {
		s.at = until
		s.line()
		s.lines += inner - 1
	}
	after := bytes.TrimRight(s.text[until+1:s.end], "\r")
	if last = len(after) == 0; !last && after[0] != s.delimiter {
		return nil, false, fmt.Errorf("text after the quoted cell %q", field)
	}
	if s.at = until + 2; last {
		s.at = s.end + 1
	}
	if doubled {
		s.scratch = append(append(s.scratch[:0], bytes.ReplaceAll(field, []byte(`""`), []byte{'"'})...), make([]byte, blockPadding)...)
		field = s.scratch[:len(s.scratch)-blockPadding]
	}
	return field, last, nil
}

func (s *rowScanner) wrongFields(i int, last bool) error {
	if last {
		return fmt.Errorf("%d cells, but the header has %d", i+1, s.fields)
	}
	return fmt.Errorf("more cells than the %d of the header: a channel with the delimiter %q in its name needs quotes", s.fields, s.delimiter)
}

// path appends the channels of a cell.
func (s *rowScanner) path(field []byte) error {
	before := len(s.columns.Touches)
	for from := 0; from <= len(field); {
		until := s.channelEnd(field, from)
		a, b := from, until
		for a < b && blank(field[a]) {
			a++
		}
		for b > a && blank(field[b-1]) {
			b--
		}
		if a < b {
			id, err := s.names.id(field[a:b])
			if err != nil {
				return fmt.Errorf("column %s: %w", s.layout.Path, err)
			}
			s.columns.Touches = append(s.columns.Touches, id)
		}
		from = until + len(s.separator)
	}
	if len(s.columns.Touches) == before {
		return fmt.Errorf("column %s: no channel in %q", s.layout.Path, field)
	}
	return nil
}

func blank(char byte) bool { return char == ' ' || char == '\t' || char == '\r' || char == '\n' }

// channelEnd is where the next separator begins, or the end. A separator of one character, nearly all are, is looked for in
// eight bytes at a time.
func (s *rowScanner) channelEnd(field []byte, from int) int {
	if len(s.separator) > 1 {
		if at := bytes.Index(field[from:], s.separator); at >= 0 {
			return from + at
		}
		return len(field)
	}
	const lowest, highest = 0x0101010101010101, 0x8080808080808080
	pattern := lowest * uint64(s.separator[0])
	padded := field[:len(field)+8]
	for i := from; i < len(field); i += 8 {
		differ := binary.LittleEndian.Uint64(padded[i:]) ^ pattern
		if equal := (differ - lowest) &^ differ & highest; equal != 0 {
			return min(i+bits.TrailingZeros64(equal)/8, len(field))
		}
	}
	return len(field)
}

// outcome is the conversions of a row.
func (s *rowScanner) outcome(field []byte) (float64, error) {
	if !s.layout.Journeys {
		return count(field, s.layout.Conversions, false)
	}
	switch strings.ToLower(string(bytes.TrimSpace(field))) {
	case "1", "true", "yes", "t", "y", "1.0":
		return 1, nil
	case "0", "false", "no", "f", "n", "0.0", "":
		return 0, nil
	}
	return 0, fmt.Errorf("column %s: %q doesn't say whether the journey converted: 1, true, yes or 0, false, no", s.layout.Conversions, field)
}

// count is the number in a cell; 0 when it is empty. Values may be negative, counts may not.
func count(field []byte, column string, signed bool) (float64, error) {
	if len(field) == 1 && field[0] >= '0' && field[0] <= '9' { // most are 0 or 1
		return float64(field[0] - '0'), nil
	}
	field = bytes.TrimSpace(field)
	if len(field) < 16 {
		whole, digits := 0, true
		for _, char := range field {
			whole, digits = whole*10+int(char-'0'), digits && char >= '0' && char <= '9'
		}
		if digits {
			return float64(whole), nil
		}
	}
	n, err := strconv.ParseFloat(string(field), 64)
	if err != nil || n < 0 && !signed || math.IsNaN(n) || math.Abs(n) > 1e300 {
		kind := "count"
		if signed {
			kind = "number, with a point before its decimals"
		}
		return 0, fmt.Errorf("column %s: not a %s: %q", column, kind, field)
	}
	return n, nil
}
