package ingest

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// rejectColumns is a block of table events_rejected: the dead letters, with all that is needed to find out why and to
// try again.
type rejectColumns struct {
	rows                  int
	source, topic, reason dictionaryColumn
	partition, item       smallColumn
	backfill              smallColumn
	offset, receivedAt    numberColumn
	replayedAt            numberColumn
	detail, key, raw      textColumn
	counts                map[rejectKind]uint64 // for the metrics
}

// rejectKind is what dead letters are counted by.
type rejectKind struct{ source, reason string }

func (c *rejectColumns) add(name string, from *chunk, m *message, r source.Reject) {
	c.rows++
	if c.counts == nil {
		c.counts = map[rejectKind]uint64{}
	}
	c.counts[rejectKind{name, r.Reason}]++
	c.source.add(name)
	c.topic.add(from.topic)
	c.reason.add(r.Reason)
	c.partition.add(uint32(from.partition))
	c.item.add(r.Item)
	c.offset.add(m.offset)
	c.receivedAt.add(m.time)
	c.detail.add(r.Detail)
	c.key.add(view(from.span(m.key)))
	c.raw.add(view(from.span(m.value)))
	c.backfill.add(flag(m.backfill))
	c.replayedAt.add(0)
}

// mend adds the row that marks a dead letter as replayed. Its bytes are an event's now, and kept no longer.
func (c *rejectColumns) mend(l *letter, now time.Time) {
	c.rows++
	c.source.add(l.Source)
	c.topic.add(l.Topic)
	c.reason.add(l.Reason)
	c.partition.add(l.Partition)
	c.item.add(l.Item)
	c.offset.add(int64(l.Offset))
	c.receivedAt.add(l.ReceivedAt.UnixMilli())
	c.detail.add(l.Detail)
	c.key.add("")
	c.raw.add("")
	c.backfill.add(flag(l.Backfill))
	c.replayedAt.add(now.UnixMilli())
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func (c *rejectColumns) columns() []namedColumn {
	c.offset.kind, c.receivedAt.kind, c.replayedAt.kind = "UInt64", dateTime, dateTime
	return []namedColumn{
		{"source", &c.source}, {"topic", &c.topic}, {"partition", &c.partition}, {"offset", &c.offset}, {"item", &c.item},
		{"reason", &c.reason}, {"detail", &c.detail}, {"key", &c.key}, {"raw", &c.raw}, {"received_at", &c.receivedAt},
		{"backfill", &c.backfill}, {"replayed_at", &c.replayedAt},
	}
}

func (c *rejectColumns) reset() {
	for _, column := range c.columns() {
		column.column.reset()
	}
	clear(c.counts)
	c.rows = 0
}

func tooLarge(n, limit int) string {
	return fmt.Sprintf("%d bytes, more than the limit of %d", n, limit)
}

// view is a string over bytes that nobody changes while it is used.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
