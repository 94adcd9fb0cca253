package attribution

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// PathColumns say how a file of paths is laid out: one row a path, as users of R's and Python's ChannelAttribution have it,
// or one row a journey. Where a name is empty the usual ones are looked for.
type PathColumns struct {
	Path        string // channels in order, joined by Separator
	Conversions string // journeys of this path that converted; with Journeys, whether it did
	Nulls       string // journeys that did not; not known where there is no such column
	Value       string // value of the conversions together; not known where there is no such column
	Separator   string // between the channels of a path; blanks around it don't count. Default >
	Journeys    bool   // a row is one journey; the column Conversions holds 1, true, yes, … or 0, false, no, …
}

// Usual names of columns, in the order in which they are looked for: those of ChannelAttribution's examples among them.
var (
	usualPath        = []string{"path", "journey", "channels"}
	usualConversions = []string{"conversions", "total_conversions", "conversion", "converted"}
	usualNulls       = []string{"nulls", "total_null", "total_nulls", "null"}
	usualValue       = []string{"value", "total_conversion_value", "conversion_value", "total_value"}
)

// ReadColumns reads paths from CSV with a header line; semicolons and tabs may stand for commas. Counts must be finite and
// not negative; an empty cell is 0. A row that can't be read is an error with its line and column; so is a row without a
// channel: nothing can be credited for it. The returned layout has the names of the columns that were read.
//
// Text is cut into blocks that are read side by side, each of which becomes one piece of the columns.
func ReadColumns(r io.Reader, layout PathColumns) ([]Columns, PathColumns, error) {
	blocks := newBlockReader(r)
	header, err := blocks.header()
	if err != nil {
		return nil, layout, fmt.Errorf("read paths: %w", err)
	}
	rows, err := newRowLayout(header, &layout)
	if err != nil {
		return nil, layout, fmt.Errorf("read paths: %w", err)
	}
	read, err := readBlocks(blocks, rows)
	if err != nil {
		return nil, layout, fmt.Errorf("read paths: %w", err)
	}
	columns := make([]Columns, len(read))
	for i, s := range read {
		columns[i] = s.columns
		columns[i].Channels = s.names.names
	}
	return columns, layout, nil
}

// rowLayout knows where the columns are; −1 for those that the file doesn't have.
type rowLayout struct {
	layout                              PathColumns
	fields                              int
	delimiter                           byte
	separator                           []byte
	channels, conversions, nulls, value int
}

func newRowLayout(header []byte, names *PathColumns) (rowLayout, error) {
	l := rowLayout{delimiter: delimiterOf(header), separator: []byte(cmp.Or(strings.TrimSpace(names.Separator), " "))}
	if names.Separator == "" {
		l.separator = []byte(">")
	}
	rows := csv.NewReader(bytes.NewReader(header))
	rows.Comma = rune(l.delimiter)
	cells, err := rows.Read()
	if err != nil {
		return l, err
	}
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	l.fields, l.nulls = len(cells), -1
	columns := []pathColumn{{&names.Path, usualPath, &l.channels, true}, {&names.Conversions, usualConversions, &l.conversions, true},
		{&names.Value, usualValue, &l.value, false}}
	if !names.Journeys {
		columns = append(columns, pathColumn{&names.Nulls, usualNulls, &l.nulls, false})
	}
	for _, c := range columns {
		if err := c.locate(cells); err != nil {
			return l, err
		}
	}
	l.layout = *names
	return l, nil
}

// delimiterOf is what the header has between its cells.
func delimiterOf(header []byte) byte {
	if at := bytes.IndexAny(header, ",;\t"); at >= 0 {
		return header[at]
	}
	return ','
}

// pathColumn is a column to be found in a header.
type pathColumn struct {
	name   *string
	usual  []string
	at     *int
	needed bool
}

// locate finds the column by its name in small or capital letters, or the first of the usual names, which it notes.
func (c pathColumn) locate(header []string) error {
	asked := *c.name != ""
	names := c.usual
	if asked {
		names = []string{*c.name}
	}
	for _, name := range names {
		if *c.at = slices.Index(header, name); *c.at < 0 {
			*c.at = slices.IndexFunc(header, func(cell string) bool { return strings.EqualFold(cell, name) })
		}
		if *c.at < 0 {
			continue
		}
		*c.name = header[*c.at]
		if slices.Contains(header[*c.at+1:], *c.name) {
			return fmt.Errorf("two columns are called %q", *c.name)
		}
		return nil
	}
	if asked || c.needed {
		return fmt.Errorf("no column %q; there are %s", names[0], strings.Join(header, ", "))
	}
	return nil
}

// readBlocks reads the rows of all blocks, in order.
func readBlocks(blocks *blockReader, layout rowLayout) ([]*rowScanner, error) {
	var read []*rowScanner
	var failed atomic.Bool
	var lock sync.Mutex
	var workers sync.WaitGroup
	work := make(chan *rowScanner)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			names := newNameTable()
			for s := range work {
				s.names = names
				s.scan()
				blocks.release(s.text)
				s.text = nil
				if s.err != nil {
					failed.Store(true)
				}
			}
		})
	}
	var err error
	for !failed.Load() {
		var text []byte
		if text, err = blocks.next(); err != nil {
			break
		}
		s := &rowScanner{rowLayout: layout, text: text}
		lock.Lock()
		read = append(read, s)
		lock.Unlock()
		work <- s
	}
	close(work)
	workers.Wait()
	line := blocks.headerLines
	for _, s := range read {
		if s.err != nil {
			return nil, fmt.Errorf("line %d: %w", line+s.rowLine, s.err)
		}
		line += s.lines
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return read, err
}
