package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// csvRows gives each row as a JSON object of texts, keys in the header's order. A row with more or fewer fields than the
// header goes as quoted fields, which no source takes for an event, so that it ends among the dead letters with its
// values and the others are loaded. The bytes are used again.
func csvRows(in *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r := csv.NewReader(in)
		r.Comma = separator(in)
		r.ReuseRecord, r.FieldsPerRecord = true, -1
		header, err := r.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			header, err = keys(header)
		}
		if err != nil {
			yield(nil, fmt.Errorf("header: %w", err))
			return
		}
		var row []byte
		for {
			fields, err := r.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(nil, err) // names line and column
				return
			}
			if row = appendRow(row[:0], header, fields); !yield(row, nil) {
				return
			}
		}
	}
}

// separator is the one of comma, semicolon and tab that the header has most of.
func separator(in *bufio.Reader) rune {
	head, _ := in.Peek(4096)
	head, _, _ = bytes.Cut(head, []byte("\n"))
	best := ','
	for _, c := range ";\t" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// keys are the header's names, ready to be written as JSON keys.
func keys(header []string) ([]string, error) {
	quoted := make([]string, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, fmt.Errorf("column %d has no name", i+1)
		}
		quoted[i] = string(source.AppendQuoted(nil, name))
		if slices.Contains(quoted[:i], quoted[i]) {
			return nil, fmt.Errorf("two columns are named %q", name)
		}
	}
	return quoted, nil
}

func appendRow(row []byte, keys, fields []string) []byte {
	if len(fields) == len(keys) {
		return appendObject(row, keys, fields)
	}
	for i, field := range fields {
		if i > 0 {
			row = append(row, ',')
		}
		row = append(append(append(row, '"'), strings.ReplaceAll(field, `"`, `""`)...), '"')
	}
	return row
}

func appendObject(row []byte, keys, fields []string) []byte {
	row = append(row, '{')
	for i, key := range keys {
		if i > 0 {
			row = append(row, ',')
		}
		row = append(append(row, key...), ':')
		row = source.AppendQuoted(row, fields[i])
	}
	return append(row, '}')
}
