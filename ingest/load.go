package ingest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// LoadOptions say what is loaded as what.
type LoadOptions struct {
	Brokers  []string
	Access   Access
	Source   *source.Source
	Name     string // of the file, for messages and for its format
	Format   string // csv, ndjson or json (values or one array, over any number of lines); empty: by name, then by looking
	Progress func(LoadStats)
}

// LoadStats are what a load has done so far.
type LoadStats struct {
	Read     int64  // bytes of the file, as it is on disk
	Messages uint64 // acknowledged by Kafka
}

// maxLine bounds a line and so the memory of a load.
const maxLine = 64 << 20

// Load produces a file or standard input to the source's first topic, a message a row: a CSV row becomes a JSON object
// with the header's names, an NDJSON line goes as it is, good or bad, since the consumer rejects with a reason and keeps
// the bytes. gzip and zstd are told by their first bytes. A file that can't be read on ends the load with the line;
// loading the mended file again counts nothing twice, as long as rows have ids or didn't change.
func Load(ctx context.Context, r io.Reader, o LoadOptions) (LoadStats, error) {
	counted := &countingReader{r: r}
	text, err := decompressed(counted)
	if err != nil {
		return LoadStats{}, fmt.Errorf("load %s: %w", o.name(), err)
	}
	defer text.close()
	rows, err := o.rows(newLoadReader(text))
	if err != nil {
		return LoadStats{}, fmt.Errorf("load %s: %w", o.name(), err)
	}
	var failed error
	mapper := o.Source.NewMapper()
	messages := func(yield func(Message) bool) {
		for row, err := range rows {
			if err != nil {
				failed = err
				return
			}
			if !yield(Message{Topic: o.Source.Topics[0], Key: mapper.Key(row), Value: row, Backfill: true}) {
				return
			}
		}
	}
	n, err := o.Access.Produce(ctx, o.Brokers, messages, func(n uint64) {
		if o.Progress != nil {
			o.Progress(LoadStats{counted.n.Load(), n})
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		err = fmt.Errorf("load %s: %d messages are in Kafka: %w", o.name(), n, err)
	}
	return LoadStats{counted.n.Load(), n}, err
}

func (o LoadOptions) name() string {
	if o.Name == "" || o.Name == "-" {
		return "standard input"
	}
	return o.Name
}

// countingReader counts for the progress bar, which another goroutine draws.
type countingReader struct {
	r io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// plain is text with what has to be closed.
type plain struct {
	io.Reader
	close func()
}

// decompressed looks at the first bytes, not at the name.
func decompressed(r io.Reader) (plain, error) {
	in := bufio.NewReaderSize(r, 256<<10)
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return plain{}, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return plain{}, fmt.Errorf("gzip: %w", err)
		}
		return plain{z, func() { _ = z.Close() }}, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return plain{}, fmt.Errorf("zstd: %w", err)
		}
		return plain{z, z.Close}, nil
	}
	return plain{in, func() {}}, nil
}

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
		quoted[i] = string(appendQuoted(nil, name))
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
		row = appendQuoted(row, fields[i])
	}
	return append(row, '}')
}

// appendQuoted writes a JSON string. Bytes that are no UTF-8 stay as they are, for the consumer to reject with them.
func appendQuoted(row []byte, s string) []byte {
	const hexadecimal = "0123456789abcdef"
	row = append(row, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			row = append(row, '\\', c)
		case c < ' ':
			row = append(row, '\\', 'u', '0', '0', hexadecimal[c>>4], hexadecimal[c&15])
		default:
			row = append(row, c)
		}
	}
	return append(row, '"')
}
