package ingest

import (
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// NativeBlocks maps messages and gives blocks for table events in ClickHouse's Native format, without Kafka or a
// database: to measure the parts of the way one by one, or to write files. A message that is rejected is an error.
func NativeBlocks(from *source.Source, messages iter.Seq[Message], rowsPerBlock int) iter.Seq2[io.Reader, error] {
	return func(yield func(io.Reader, error) bool) {
		mapper, r := from.NewMapper(), newRows()
		flush := func() bool {
			columns := append(r.events.columns(), namedColumn{"ingested_at", constant(dateTime, time.Now().UnixMilli(), r.events.rows)})
			more := yield(&body{parts: blockOf(block{columns, r.events.rows})}, nil)
			r.reset()
			return more
		}
		for m := range messages {
			c := &chunk{place: place{topic: m.Topic}, data: m.Value,
				messages: []message{{time: m.Time.UnixMilli(), value: span{0, len(m.Value)}}}}
			r.add(c, mapper, from.Name, len(m.Value))
			if r.rejected.rows > 0 {
				yield(nil, fmt.Errorf("message rejected: %s", m.Value))
				return
			}
			if r.events.rows >= rowsPerBlock && !flush() {
				return
			}
		}
		if r.events.rows > 0 {
			flush()
		}
	}
}
