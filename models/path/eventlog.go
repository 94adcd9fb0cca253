package path

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LogColumns name the columns of an event log, as process-mining tools take it: one row a step of a case.
type LogColumns struct {
	Case     string // what moves through the states: a patient, an order, a person
	Activity string // the state entered
	Time     string // when
}

// timeLayouts are the forms of time that logs are written in. Times without a zone are UTC.
var timeLayouts = []string{
	time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04", "2006-01-02", "2006/01/02 15:04:05.999999999", "2006/01/02", "02.01.2006 15:04:05", "02-01-2006 15:04:05",
}

// ReadHistories reads an event log, with the named columns as properties of its events: CSV with a header line, whose
// separator is the comma, semicolon or tab that the header has most of, or XES where the text begins with < (see ReadXES).
// Events of a case are ordered by time, and in the order of the file where times are equal. Histories come sorted by case.
// A row that can't be read is an error with its line.
func ReadHistories(r io.Reader, columns LogColumns, properties []string) ([]History, error) {
	buffered := bufio.NewReader(r)
	if isXML(buffered) {
		return ReadXES(buffered, columns, properties)
	}
	return readCSV(buffered, columns, properties)
}

func readCSV(r io.Reader, columns LogColumns, properties []string) ([]History, error) {
	rows, header, err := openCSV(r)
	if err != nil {
		return nil, fmt.Errorf("read event log: %w", err)
	}
	at := make([]int, 0, 3+len(properties))
	for _, name := range append([]string{columns.Case, columns.Activity, columns.Time}, properties...) {
		column := slices.Index(header, name)
		if column < 0 {
			return nil, fmt.Errorf("read event log: no column %q; there are %s", name, strings.Join(header, ", "))
		}
		at = append(at, column)
	}
	byCase := caseHistories{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read event log: %w", err)
		}
		line, _ := rows.FieldPos(0)
		e := Event{Name: row[at[1]]}
		if e.At, err = parseTime(row[at[2]]); err != nil {
			return nil, fmt.Errorf("read event log: line %d: column %s: %w", line, columns.Time, err)
		}
		if len(properties) > 0 {
			e.Properties = make(map[string]string, len(properties))
		}
		for i, property := range properties {
			e.Properties[property] = row[at[3+i]]
		}
		byCase.add(row[at[0]], e)
	}
	return byCase.sorted(), nil
}

// caseHistories are the histories of a log's cases.
type caseHistories map[string]*History

func (c caseHistories) add(name string, e Event) {
	h, known := c[name]
	if !known {
		h = &History{UnitID: name}
		c[name] = h
	}
	h.Events = append(h.Events, e)
}

func (c caseHistories) sorted() []History {
	histories := make([]History, 0, len(c))
	for _, h := range c {
		h.Events = sortedEvents(h.Events)
		histories = append(histories, *h)
	}
	slices.SortFunc(histories, func(a, b History) int { return cmp.Compare(a.UnitID, b.UnitID) })
	return histories
}

// openCSV reads the header and finds the separator by it.
func openCSV(r io.Reader) (*csv.Reader, []string, error) {
	var first strings.Builder
	one := make([]byte, 1)
	for !strings.HasSuffix(first.String(), "\n") {
		if _, err := io.ReadFull(r, one); err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			return nil, nil, err
		}
		first.Write(one)
	}
	line := strings.TrimPrefix(first.String(), "\ufeff")
	if strings.TrimSpace(line) == "" {
		return nil, nil, errors.New("the file has no header line")
	}
	separator := slices.MaxFunc([]rune{',', ';', '\t'}, func(a, b rune) int {
		return cmp.Compare(strings.Count(line, string(a)), strings.Count(line, string(b)))
	})
	rows := csv.NewReader(io.MultiReader(strings.NewReader(line), r))
	rows.Comma, rows.ReuseRecord = separator, false
	header, err := rows.Read()
	return rows, header, err
}

// parseTime reads one of timeLayouts, or seconds or milliseconds since 1970.
func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		if n > 1e11 || n < -1e11 {
			return time.UnixMilli(n).UTC(), nil
		}
		return time.Unix(n, 0).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("not a time: %q", text)
}
