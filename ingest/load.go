package ingest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

// Load produces a file or standard input to the source's first topic, a message a row: a CSV row becomes a JSON object
// with the header's names, an NDJSON line goes as it is, good or bad, since the consumer rejects with a reason and keeps
// the bytes. gzip and zstd are told by their first bytes. A file that can't be read on ends the load with the line;
// loading the mended file again counts nothing twice, as long as rows have ids or didn't change.
func Load(ctx context.Context, r io.Reader, o LoadOptions) (LoadStats, error) {
	counted := &countingReader{r: r}
	text, err := Unpacked(counted)
	if err != nil {
		return LoadStats{}, fmt.Errorf("load %s: %w", o.name(), err)
	}
	defer func() { _ = text.Close() }()
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

// Unpacked is what a reader has, without gzip or zstd, which are told by their first bytes and not by a name. Closing it
// leaves r open.
func Unpacked(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, 256<<10)
	magic, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("gzip: %w", err)
		}
		return z, nil
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(in, zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, fmt.Errorf("zstd: %w", err)
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(in), nil
}
