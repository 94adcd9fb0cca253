package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// recordBatch is the head of a batch of records as Kafka stores and sends them (kafka.apache.org/documentation, "Record
// Batch", version 2).
type recordBatch struct {
	base        int64 // offset of the first record
	next        int64 // offset after the last, also of those that compaction has taken away
	attributes  int16
	first, last int64 // timestamps of the first record, and the largest
	producer    int64
	records     int
}

func (b *recordBatch) compression() protocol.Attributes { return protocol.Attributes(b.attributes) }
func (b *recordBatch) brokersTime() bool                { return b.attributes&(1<<3) != 0 } // LogAppendTime
func (b *recordBatch) transactional() bool              { return b.attributes&(1<<4) != 0 }
func (b *recordBatch) control() bool                    { return b.attributes&(1<<5) != 0 }

const (
	prefixBytes = 12 // offset and length, the same in all versions
	magicAt     = 16 // where the version stands, in all versions
	headBytes   = 61
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// read finds the messages in the records of an answer. Transaction markers, aborted messages and batches emptied by
// compaction are no messages, but they move the offset. The last batch may be cut off: it comes again.
func (c *chunk) read(records span, within *transactions) error {
	from := c.next
	answer := c.data // stays where it is when decompressed records are appended
	for at := records.start; records.end-at > magicAt; {
		size := prefixBytes + int(int32(binary.BigEndian.Uint32(answer[at+8:])))
		if size <= magicAt || size > records.end-at {
			break
		}
		var err error
		if version := answer[at+magicAt]; version == 2 {
			err = c.batch(answer[:at+size], at, from, within)
		} else {
			err = c.oldMessages(answer[at:at+size], from)
		}
		if err != nil {
			return fmt.Errorf("read the records after offset %d: %w", c.next, err)
		}
		at += size
	}
	return nil
}

// batch reads the batch that begins at an offset of the answer and ends with it.
func (c *chunk) batch(answer []byte, at int, from int64, within *transactions) error {
	w := wire{data: answer, at: at}
	b := recordBatch{base: w.int64()}
	w.take(9) // length, leader's epoch, version
	sum := uint32(w.int32())
	body := w.at
	b.attributes = w.int16()
	b.next = b.base + int64(w.int32()) + 1
	b.first, b.last, b.producer = w.int64(), w.int64(), w.int64()
	w.take(6) // producer's epoch, first sequence number
	b.records = int(w.int32())
	if w.short {
		return w.err()
	}
	if got := crc32.Checksum(answer[body:], castagnoli); got != sum {
		return fmt.Errorf("the checksum of the batch at offset %d is %08x and should be %08x", b.base, got, sum)
	}
	if within.keeps(&b) {
		if b.compression().Compression() != 0 {
			if err := c.decompress(&b, answer[w.at:], &w); err != nil {
				return err
			}
		}
		if err := c.records(&b, &w, from); err != nil {
			return err
		}
	}
	c.next = max(c.next, b.next)
	return nil
}

// decompress appends the records to the chunk's data and sets w before them.
func (c *chunk) decompress(b *recordBatch, compressed []byte, w *wire) error {
	compression := b.compression().Compression()
	codec := compression.Codec()
	if codec == nil {
		return fmt.Errorf("unknown compression %d of the batch at offset %d", compression, b.base)
	}
	reader := codec.NewReader(bytes.NewReader(compressed))
	buffer := bytes.NewBuffer(c.data)
	start := len(c.data)
	_, err := buffer.ReadFrom(reader)
	if err = errors.Join(err, reader.Close()); err != nil {
		return fmt.Errorf("decompress the batch at offset %d: %w", b.base, err)
	}
	c.data = buffer.Bytes()
	*w = wire{data: c.data, at: start}
	return nil
}

// records reads what follows the head of a batch. w's data and the chunk's begin with the same bytes.
func (c *chunk) records(b *recordBatch, w *wire, from int64) error {
	for range b.records {
		length := w.varint()
		start := w.at
		w.int8() // attributes
		m := message{time: b.first + w.varint(), offset: b.base + w.varint()}
		m.key = w.bytes()
		m.value = w.bytes()
		headers := w.varint()
		m.headers = headers > 0
		for range headers {
			header := w.bytes()
			w.bytes()
			if w.short {
				break
			}
			m.backfill = m.backfill || string(w.data[header.start:header.end]) == headerBackfill
		}
		if w.short || length != int64(w.at-start) {
			return fmt.Errorf("a record of the batch at offset %d is not as long as it says", b.base)
		}
		if b.brokersTime() {
			m.time = b.last
		}
		if m.offset >= from {
			c.add(m)
		}
	}
	return nil
}

func (c *chunk) add(m message) {
	if m.time <= 0 { // messages of old producers carry no timestamp
		m.time = time.Now().UnixMilli()
	}
	c.messages = append(c.messages, m)
	c.next = max(c.next, m.offset+1)
}

// oldMessages reads what was written before Kafka 0.11 (versions 0 and 1), by kafka-go's own means.
func (c *chunk) oldMessages(set []byte, from int64) error {
	var old protocol.RecordSet
	sized := append(binary.BigEndian.AppendUint32(nil, uint32(len(set))), set...)
	if _, err := old.ReadFrom(bytes.NewBuffer(sized)); err != nil {
		return err
	}
	for {
		r, err := old.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		m := message{offset: r.Offset, time: r.Time.UnixMilli()}
		if m.key, err = c.copy(r.Key); err == nil {
			m.value, err = c.copy(r.Value)
		}
		if err != nil {
			return fmt.Errorf("read the record at offset %d: %w", r.Offset, err)
		}
		if m.offset >= from {
			c.add(m)
		}
	}
}

func (c *chunk) copy(b kafka.Bytes) (span, error) {
	if b == nil {
		return span{}, nil
	}
	start, n := len(c.data), b.Len()
	c.data = slices.Grow(c.data, n)[:start+n]
	_, err := io.ReadFull(b, c.data[start:])
	return span{start, start + n}, errors.Join(err, b.Close())
}
