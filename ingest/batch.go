package ingest

import (
	"sync"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// place is where a message stands in Kafka.
type place struct {
	topic     string
	partition int
}

// chunk is what one fetch brought: messages of one partition, in order.
type chunk struct {
	place
	data     []byte // keys and values of the messages, one after the other
	messages []message
	next     int64 // offset to go on from
	high     int64 // high watermark when it was fetched
}

// message points into its chunk's data.
type message struct {
	offset     int64
	time       int64 // Unix milliseconds
	key, value span
	backfill   bool
	headers    bool // there are some, behind the value
}

type span struct{ start, end int }

func (c *chunk) bytes() (n int) {
	for i := range c.messages {
		n += c.messages[i].value.end - c.messages[i].value.start
	}
	return n
}

// span returns the bytes of a key or value.
func (c *chunk) span(s span) []byte { return c.data[s.start:s.end:s.end] }

// progress is how far a batch goes in a partition.
type progress struct {
	first, last, next, high           int64
	messages, events, rejects, skewed uint64
	bytes                             uint64
}

// rows are blocks of rows for tables events and events_rejected, filled by one worker.
type rows struct {
	events   eventColumns
	rejected rejectColumns
	counts   map[place]*progress
	current  *chunk
	message  *message
	counted  *progress
	output   output
}

func newRows() *rows { return &rows{counts: map[place]*progress{}} }

// add maps a chunk's messages with the mapper of its topic's source; without one, every message is rejected.
func (r *rows) add(c *chunk, mapper *source.Mapper, name string, maxBytes int) {
	r.current, r.counted, r.output = c, r.count(c.place), output{r, name}
	for i := range c.messages {
		m := &c.messages[i]
		r.message = m
		value := c.span(m.value)
		r.counted.messages++
		r.counted.bytes += uint64(len(value))
		switch {
		case mapper == nil:
			r.reject(name, source.Reject{Reason: source.ReasonNoSource, Detail: "no source claims topic " + c.topic})
		case len(value) > maxBytes:
			r.reject(name, source.Reject{Reason: source.ReasonTooLarge, Detail: tooLarge(len(value), maxBytes)})
		default:
			mapper.Map(source.Record{Key: c.span(m.key), Value: value, Time: m.time, Backfill: m.backfill}, &r.output)
		}
	}
}

func (r *rows) count(p place) *progress {
	n := r.counts[p]
	if n == nil {
		n = &progress{}
		r.counts[p] = n
	}
	return n
}

// output takes what the mapper makes of the message at hand.
type output struct {
	rows   *rows
	source string
}

// Event adds a row to events.
func (o *output) Event(e *source.Event) {
	r := o.rows
	r.events.add(e, r.current.place, r.message.offset)
	r.counted.events++
	if e.Skewed {
		r.counted.skewed++
	}
}

// Reject adds a row to events_rejected.
func (o *output) Reject(reject source.Reject) { o.rows.reject(o.source, reject) }

func (r *rows) reject(name string, reject source.Reject) {
	r.rejected.add(name, r.current, r.message, reject)
	r.counted.rejects++
}

func (r *rows) reset() {
	r.events.reset()
	r.rejected.reset()
	clear(r.counts)
	r.current, r.message, r.counted, r.output = nil, nil, nil, output{}
}

// batch is what is inserted and committed at once. The dispatcher decides which chunks belong to it, in the order of
// their offsets; each worker fills rows of its own, so nothing is locked.
type batch struct {
	rows     []*rows // one for each worker
	progress map[place]*progress
	pending  sync.WaitGroup // chunks that a worker has yet to map
	messages int
	bytes    int
}

// open notes a chunk's offsets when it is handed to a worker.
func (b *batch) open(c *chunk) {
	p := b.progress[c.place]
	if p == nil {
		p = &progress{first: c.messages[0].offset}
		b.progress[c.place] = p
	}
	p.last, p.next, p.high = c.messages[len(c.messages)-1].offset, c.next, c.high
	b.messages += len(c.messages)
	b.bytes += c.bytes()
	b.pending.Add(1)
}

// settle waits for the workers and adds up what they counted.
func (b *batch) settle() {
	b.pending.Wait()
	for _, r := range b.rows {
		for at, n := range r.counts {
			p := b.progress[at]
			p.messages += n.messages
			p.events += n.events
			p.rejects += n.rejects
			p.skewed += n.skewed
			p.bytes += n.bytes
		}
	}
}

// offsets are what to commit once the batch is stored.
func (b *batch) offsets() map[string]map[int]int64 {
	out := map[string]map[int]int64{}
	for at, p := range b.progress {
		if out[at.topic] == nil {
			out[at.topic] = map[int]int64{}
		}
		out[at.topic][at.partition] = p.next
	}
	return out
}

func (b *batch) reset() {
	for _, r := range b.rows {
		r.reset()
	}
	*b = batch{rows: b.rows, progress: map[place]*progress{}}
}
