package ingest

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

// fetched is Kafka's answer to a fetch from one partition. Its records lie in the chunk's data, as Kafka sent them.
type fetched struct {
	chunk   *chunk
	code    int16 // Kafka's error code, of the answer or of the partition
	high    int64
	aborted []aborted
	records span
}

// ApiKey makes it an answer to kafka.Transport.
//
//nolint:staticcheck // the name is kafka-go's
func (*fetched) ApiKey() protocol.ApiKey { return protocol.Fetch }

// exchange is a fetch that reads its answer itself, straight from the connection into a chunk. kafka-go's own reading
// copies each message twice, makes objects of the records, and took a tenth of the whole way from Kafka to ClickHouse;
// besides, kafka.Client.Fetch keeps the names of aborted transactions to itself. Connections, routing to the partition's
// leader, TLS and SASL stay kafka-go's.
type exchange struct {
	*fetch.Request
	version int16
}

// Required asks for RawExchange and notes the version that the broker speaks.
func (e *exchange) Required(versions map[protocol.ApiKey]int16) bool {
	e.version = versions[protocol.Fetch]
	return true
}

// RawExchange sends the request and reads the answer. The chunk is new or was released: when nobody waits for the answer
// any more, it is lost with it, and never given to two.
func (e *exchange) RawExchange(rw io.ReadWriter) (protocol.Message, error) {
	const correlation = 1 // a connection has one request under way
	if err := protocol.WriteRequest(rw, e.version, correlation, clientID, e.Request); err != nil {
		return nil, err
	}
	c := newChunk()
	if err := c.receive(rw, correlation); err != nil {
		release(c)
		return nil, fmt.Errorf("read Kafka's answer to a fetch: %w", err)
	}
	answer, err := c.answer(e.version)
	if err != nil {
		release(c)
		return nil, err
	}
	return answer, nil
}

// receive reads an answer, without its length and the number of its request, into the chunk's data.
func (c *chunk) receive(from io.Reader, correlation uint32) error {
	var head [8]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return err
	}
	size := int(int32(binary.BigEndian.Uint32(head[:]))) - 4
	if size < 0 {
		return fmt.Errorf("its length is said to be %d", size+4)
	}
	if got := binary.BigEndian.Uint32(head[4:]); got != correlation {
		return fmt.Errorf("it answers request %d, not %d", got, correlation)
	}
	c.data = slices.Grow(c.data[:0], size)[:size]
	_, err := io.ReadFull(from, c.data)
	return err
}

// answer finds its way to the records of the one partition asked for: Kafka's Fetch response, versions 0 to 11
// (kafka.apache.org/protocol, "Fetch API").
func (c *chunk) answer(version int16) (*fetched, error) {
	r := wire{data: c.data}
	if version >= 1 {
		r.int32() // throttle time
	}
	f := &fetched{chunk: c}
	if version >= 7 {
		f.code = r.int16()
		r.int32() // session
	}
	if topics := r.int32(); topics < 1 {
		return f, r.err()
	}
	r.take(int(r.int16())) // topic
	if partitions := r.int32(); partitions < 1 {
		return f, r.err()
	}
	r.int32() // partition
	if code := r.int16(); f.code == 0 {
		f.code = code
	}
	f.high = r.int64()
	if version >= 4 {
		r.int64() // last stable offset
		if version >= 5 {
			r.int64() // log start
		}
		for range r.int32() {
			if r.short {
				break
			}
			f.aborted = append(f.aborted, aborted{r.int64(), r.int64()})
		}
	}
	if version >= 11 {
		r.int32() // preferred replica
	}
	n := max(r.int32(), 0)
	f.records.start = r.at
	r.take(int(n))
	f.records.end = r.at
	return f, r.err()
}

// fetch asks for the messages of a partition from an offset on, about maxBytes of them.
func (k *cluster) fetch(ctx context.Context, at place, offset int64, maxBytes int) (*fetched, error) {
	// The bound is the partition's. The request's is left open: kfake, cut short by that one, forgets to name the aborted.
	response, err := k.transport.RoundTrip(ctx, k.client.Addr, &exchange{Request: &fetch.Request{
		ReplicaID: -1, MaxWaitTime: int32(maxWait.Milliseconds()), MinBytes: 1, MaxBytes: math.MaxInt32,
		IsolationLevel: int8(kafka.ReadCommitted), SessionID: -1, SessionEpoch: -1,
		Topics: []fetch.RequestTopic{{Topic: at.topic, Partitions: []fetch.RequestPartition{{
			Partition: int32(at.partition), CurrentLeaderEpoch: -1, FetchOffset: offset, LogStartOffset: -1, PartitionMaxBytes: int32(maxBytes)}}}},
	}})
	if err != nil {
		return nil, err
	}
	f, ok := response.(*fetched)
	switch {
	case !ok:
		return nil, fmt.Errorf("kafka answered a fetch with %T", response)
	case f.code != 0:
		release(f.chunk)
		return nil, kafka.Error(f.code)
	}
	return f, nil
}

var chunks = sync.Pool{New: func() any { return &chunk{} }}

func newChunk() *chunk {
	c := chunks.Get().(*chunk)
	*c = chunk{data: c.data[:0], messages: c.messages[:0]}
	return c
}

func release(c *chunk) { chunks.Put(c) }

// wire reads Kafka's encoding: big-endian numbers, one after the other. Beyond the end it gives zeros, and short says so.
type wire struct {
	data  []byte
	at    int
	short bool
}

func (w *wire) take(n int) []byte {
	if n < 0 || n > len(w.data)-w.at {
		w.short = true
		w.at = len(w.data)
		return make([]byte, 8)
	}
	w.at += n
	return w.data[w.at-n : w.at]
}

func (w *wire) int8() int8   { return int8(w.take(1)[0]) }
func (w *wire) int16() int16 { return int16(binary.BigEndian.Uint16(w.take(2))) }
func (w *wire) int32() int32 { return int32(binary.BigEndian.Uint32(w.take(4))) }
func (w *wire) int64() int64 { return int64(binary.BigEndian.Uint64(w.take(8))) }

// varint is a number of variable length with its sign in the lowest bit, as protocol buffers have it.
func (w *wire) varint() int64 {
	n, size := binary.Varint(w.data[w.at:])
	if size <= 0 {
		w.take(len(w.data) + 1)
		return 0
	}
	w.at += size
	return n
}

// bytes is what stands behind its length; nothing where the length is negative, which means null.
func (w *wire) bytes() span {
	n := w.varint()
	if n < 0 {
		return span{w.at, w.at}
	}
	start := w.at
	w.take(int(min(n, math.MaxInt32)))
	return span{start, w.at}
}

func (w *wire) err() error {
	if w.short {
		return fmt.Errorf("kafka's answer to a fetch ends too early: %w", io.ErrUnexpectedEOF)
	}
	return nil
}
