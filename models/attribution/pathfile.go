package attribution

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// PathColumns say how a file of counted paths is laid out: one row a path, as users of R's and Python's
// ChannelAttribution have it.
type PathColumns struct {
	Path        string // channels in order, joined by Separator
	Conversions string // journeys of this path that converted
	Nulls       string // journeys that did not; may be empty: none are known
	Value       string // value of the conversions together; may be empty: none is known
	Separator   string // between the channels of a path; blanks around it don't count
}

// ReadPaths reads counted paths from CSV with a header line. Counts must be finite and not negative; an empty cell is 0.
// A row that can't be read is an error with its line and column. Rows without a channel are an error too: nothing can be
// credited for them.
func ReadPaths(r io.Reader, columns PathColumns) ([]Path, error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("read paths: the file has no header line")
	}
	if err != nil {
		return nil, fmt.Errorf("read paths: %w", err)
	}
	header = slices.Clone(header)
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	reader := pathReader{columns: columns}
	if err := reader.locate(header); err != nil {
		return nil, fmt.Errorf("read paths: %w", err)
	}
	var paths []Path
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return paths, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read paths: %w", err)
		}
		path, err := reader.path(row)
		if err != nil {
			line, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("read paths: line %d: %w", line, err)
		}
		paths = append(paths, path)
	}
}

// pathReader knows where the columns are; -1 for those that the file need not have.
type pathReader struct {
	columns                             PathColumns
	channels, conversions, nulls, value int
}

func (r *pathReader) locate(header []string) error {
	for _, c := range []struct {
		name     string
		at       *int
		optional bool
	}{
		{r.columns.Path, &r.channels, false}, {r.columns.Conversions, &r.conversions, false},
		{r.columns.Nulls, &r.nulls, true}, {r.columns.Value, &r.value, true},
	} {
		*c.at = slices.Index(header, c.name)
		if *c.at < 0 && !(c.optional && c.name == "") {
			return fmt.Errorf("no column %q; there are %s", c.name, strings.Join(header, ", "))
		}
	}
	return nil
}

func (r *pathReader) path(row []string) (Path, error) {
	var p Path
	for channel := range strings.SplitSeq(row[r.channels], cmp.Or(strings.TrimSpace(r.columns.Separator), " ")) {
		if channel = strings.TrimSpace(channel); channel != "" {
			p.Channels = append(p.Channels, channel)
		}
	}
	if len(p.Channels) == 0 {
		return p, fmt.Errorf("column %s: no channel in %q", r.columns.Path, row[r.channels])
	}
	for _, c := range []struct {
		name string
		at   int
		into *float64
	}{{r.columns.Conversions, r.conversions, &p.Conversions}, {r.columns.Nulls, r.nulls, &p.Nulls}, {r.columns.Value, r.value, &p.Value}} {
		if c.at < 0 || strings.TrimSpace(row[c.at]) == "" {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(row[c.at]), 64)
		if err != nil || n < 0 && c.into != &p.Value || n != n || n > 1e300 || n < -1e300 {
			return p, fmt.Errorf("column %s: not a count: %q", c.name, row[c.at])
		}
		*c.into = n
	}
	return p, nil
}
