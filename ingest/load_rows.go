package ingest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
)

func newLoadReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 1<<20) }

// rows reads the file's rows, each a message's value.
func (o LoadOptions) rows(in *bufio.Reader) (iter.Seq2[[]byte, error], error) {
	skipMark(in)
	format := o.Format
	if format == "" && o.Source != nil && o.Source.Format() == "snowplow_enriched" {
		format = "ndjson" // rows without a header, each a message as it is
	}
	if format == "" {
		format = formatOfName(o.Name)
	}
	if format == "" || format == "json" {
		head, err := in.Peek(4096)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
		format = formatOfText(format, bytes.TrimSpace(head))
	}
	switch format {
	case "csv":
		return csvRows(in), nil
	case "ndjson":
		return lineRows(in), nil
	case "json":
		return jsonRows(in), nil
	}
	return nil, fmt.Errorf("format %q is none of csv, ndjson, json", format)
}

// skipMark drops the byte order mark that spreadsheets put in front.
func skipMark(in *bufio.Reader) {
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}) {
		_, _ = in.Discard(3)
	}
}

func formatOfName(name string) string {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst", ".zstd"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch filepath.Ext(name) {
	case ".csv", ".tsv":
		return "csv"
	case ".ndjson", ".jsonl":
		return "ndjson"
	case ".json":
		return "json"
	}
	return ""
}

func formatOfText(format string, head []byte) string {
	switch {
	case format == "json" || bytes.HasPrefix(head, []byte("[")):
		return "json"
	case bytes.HasPrefix(head, []byte("{")):
		return "ndjson"
	}
	return "csv"
}

// maxLine bounds a line and so the memory of a load.
const maxLine = 64 << 20

// lineRows gives each line that is not blank. The bytes are used again.
func lineRows(in *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var long []byte
		for line := 1; ; line++ {
			text, err := in.ReadSlice('\n')
			for errors.Is(err, bufio.ErrBufferFull) && len(long) < maxLine {
				long = append(long, text...)
				text, err = in.ReadSlice('\n')
			}
			if len(long) > 0 {
				text = append(long, text...)
				long = long[:0]
			}
			if len(text) > maxLine {
				yield(nil, fmt.Errorf("line %d: longer than %d MB", line, maxLine>>20))
				return
			}
			if text = bytes.TrimRight(text, "\r\n"); len(bytes.TrimSpace(text)) > 0 && !yield(text, nil) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(nil, fmt.Errorf("line %d: %w", line, err))
				}
				return
			}
		}
	}
}

// jsonRows gives each value of a text of JSON values, or each element of its one array.
func jsonRows(in *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		d := json.NewDecoder(in)
		head, _ := in.Peek(64)
		if bytes.HasPrefix(bytes.TrimSpace(head), []byte("[")) {
			if _, err := d.Token(); err != nil {
				yield(nil, err)
				return
			}
		}
		for n := 1; d.More(); n++ {
			var row json.RawMessage
			if err := d.Decode(&row); err != nil {
				yield(nil, fmt.Errorf("value %d, byte %d: %w", n, d.InputOffset(), err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("byte %d: %w", d.InputOffset(), err))
		}
	}
}
