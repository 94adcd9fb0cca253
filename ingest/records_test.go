package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
	"github.com/segmentio/kafka-go/protocol"
)

// recordSet is what kafka-go writes for messages whose offsets start at 0, without the length before it.
func recordSet(t testing.TB, version int8, compression compress.Compression, values ...string) []byte {
	t.Helper()
	var records []protocol.Record
	for i, value := range values {
		r := protocol.Record{Offset: int64(i), Time: time.UnixMilli(1_700_000_000_000 + int64(i)), Value: protocol.NewBytes([]byte(value))}
		if i%2 == 0 {
			r.Key = protocol.NewBytes(fmt.Appendf(nil, "key %d", i))
		}
		if version == 2 && i%3 == 0 {
			r.Headers = []protocol.Header{{Key: "trace", Value: []byte("x")}, {Key: headerBackfill}}
		}
		records = append(records, r)
	}
	var written bytes.Buffer
	set := protocol.RecordSet{Version: version, Attributes: protocol.Attributes(compression), Records: protocol.NewRecordReader(records...)}
	if _, err := set.WriteTo(&written); err != nil {
		t.Fatal(err)
	}
	return written.Bytes()[4:]
}

// at moves a batch to another offset, as a broker does: the checksum does not cover it.
func at(offset int64, batch []byte) []byte {
	moved := bytes.Clone(batch)
	binary.BigEndian.PutUint64(moved, uint64(offset))
	return moved
}

// reattributed sets bits of a batch's attributes.
func reattributed(batch []byte, bits uint16) []byte {
	changed := bytes.Clone(batch)
	binary.BigEndian.PutUint16(changed[21:], binary.BigEndian.Uint16(changed[21:])|bits)
	binary.BigEndian.PutUint32(changed[17:], crc32.Checksum(changed[21:], castagnoli))
	return changed
}

// seen is a message as the chunk has it.
type seen struct {
	Offset, Time int64
	Key, Value   string
	Backfill     bool
}

func readRecords(records []byte, from int64, gone ...aborted) (*chunk, []seen, error) {
	c := &chunk{data: bytes.Clone(records), next: from}
	err := c.read(span{0, len(records)}, newTransactions(gone))
	var out []seen
	for _, m := range c.messages {
		out = append(out, seen{m.offset, m.time, string(c.span(m.key)), string(c.span(m.value)), m.backfill})
	}
	return c, out, err
}

func TestRecordsOfEveryVersionAndCompression(t *testing.T) {
	t.Parallel()
	values := []string{"first", "", string(bytes.Repeat([]byte("long "), 50_000)), "fourth"}
	want := []seen{
		{0, 1_700_000_000_000, "key 0", "first", true}, {1, 1_700_000_000_001, "", "", false},
		{2, 1_700_000_000_002, "key 2", values[2], false}, {3, 1_700_000_000_003, "", "fourth", true},
	}
	for _, compression := range []compress.Compression{compress.None, compress.Gzip, compress.Snappy, compress.Lz4, compress.Zstd} {
		for _, version := range []int8{1, 2} {
			t.Run(fmt.Sprint(compression, " version ", version), func(t *testing.T) {
				t.Parallel()
				c, got, err := readRecords(recordSet(t, version, compression, values...), 0)
				if err != nil {
					t.Fatal(err)
				}
				want := want
				if version == 1 { // has no headers
					want = append([]seen{}, want...)
					want[0].Backfill, want[3].Backfill = false, false
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if c.next != 4 {
					t.Errorf("goes on at %d, want 4", c.next)
				}
			})
		}
	}
}

// An answer holds several batches; the first may begin before the offset asked for and the last may be cut off.
func TestRecordsOfSeveralBatches(t *testing.T) {
	t.Parallel()
	batch := recordSet(t, 2, compress.None, "a", "b", "c")
	all := bytes.Join([][]byte{at(10, batch), at(13, recordSet(t, 2, compress.Zstd, "d", "e")), at(20, batch)}, nil)
	offsets := func(list []seen) (out []int64) {
		for _, m := range list {
			out = append(out, m.Offset)
		}
		return out
	}
	for cut, want := range map[int][]int64{0: {11, 12, 13, 14, 20, 21, 22}, 1: {11, 12, 13, 14}, len(batch) - 5: {11, 12, 13, 14}} {
		c, got, err := readRecords(all[:len(all)-cut], 11)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, offsets(got)); diff != "" {
			t.Errorf("without the last %d bytes: %s", cut, diff)
		}
		if c.next != want[len(want)-1]+1 {
			t.Errorf("goes on at %d", c.next)
		}
	}
}

// Compaction may leave a batch with fewer records, or none, and the offsets it had.
func TestABatchEmptiedByCompactionMovesTheOffset(t *testing.T) {
	t.Parallel()
	batch := recordSet(t, 2, compress.None, "a")
	binary.BigEndian.PutUint32(batch[23:], 9) // offset of the last record, counted from the first
	batch = reattributed(batch, 0)
	empty := bytes.Clone(batch[:headBytes])
	binary.BigEndian.PutUint32(empty[8:], headBytes-prefixBytes)
	binary.BigEndian.PutUint32(empty[57:], 0)
	empty = reattributed(empty, 0)
	c, got, err := readRecords(append(at(0, batch), at(10, empty)...), 0)
	if err != nil || len(got) != 1 || c.next != 20 {
		t.Errorf("messages %v, next %d, error %v; want one message, 20 and none", got, c.next, err)
	}
}

func TestTransactionMarkersAndAbortedMessagesAreLeftOut(t *testing.T) {
	t.Parallel()
	const transactional, control = 1 << 4, 1 << 5
	of := func(offset, producer int64, bits uint16) []byte {
		b := recordSet(t, 2, compress.None, "m")
		binary.BigEndian.PutUint64(b[43:], uint64(producer))
		return at(offset, reattributed(b, bits))
	}
	all := bytes.Join([][]byte{of(0, 1, transactional), of(1, 2, transactional), of(2, -1, 0), of(3, 1, transactional|control),
		of(4, 1, transactional), of(5, 2, transactional|control)}, nil)
	c, got, err := readRecords(all, 0, aborted{producer: 1, first: 0})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Offset != 1 || got[1].Offset != 2 || got[2].Offset != 4 || c.next != 6 {
		t.Errorf("messages %v, next %d", got, c.next)
	}
}

// With log append time the broker's clock counts, which it notes once for the batch.
func TestTheBrokersTimeCountsWhereTheTopicSaysSo(t *testing.T) {
	t.Parallel()
	batch := recordSet(t, 2, compress.None, "a", "b")
	binary.BigEndian.PutUint64(batch[35:], 1_800_000_000_000)
	_, got, err := readRecords(reattributed(batch, 1<<3), 0)
	if err != nil || len(got) != 2 || got[0].Time != 1_800_000_000_000 || got[1].Time != 1_800_000_000_000 {
		t.Errorf("messages %v, error %v", got, err)
	}
}

func TestADamagedBatchIsAnError(t *testing.T) {
	t.Parallel()
	good := recordSet(t, 2, compress.None, "first", "second")
	flipped := bytes.Clone(good)
	flipped[len(flipped)-3] ^= 1
	short := bytes.Clone(good)
	binary.BigEndian.PutUint32(short[57:], 3) // records
	unknown := reattributed(good, 7)          // compression
	torn := reattributed(good, uint16(compress.Gzip))
	for name, batch := range map[string][]byte{"a bit is flipped": flipped, "a record is missing": reattributed(short, 0),
		"compression is unknown": unknown, "compressed is not what says so": torn} {
		if _, got, err := readRecords(batch, 0); err == nil {
			t.Errorf("%s: no error, messages %v", name, got)
		}
	}
	// What was read before the damage is kept; the damage is met again with the next fetch.
	c, got, err := readRecords(append(at(0, good), at(2, flipped)...), 0)
	if err == nil || len(got) != 2 || c.next != 2 {
		t.Errorf("messages %v, next %d, error %v", got, c.next, err)
	}
}

func TestAnswersOfEveryVersion(t *testing.T) {
	t.Parallel()
	records := []byte("records")
	for version := range int16(12) {
		answer := answerOf(version, records)
		c := &chunk{data: answer}
		f, err := c.answer(version)
		if err != nil {
			t.Fatalf("version %d: %v", version, err)
		}
		if f.high != 42 || string(c.span(f.records)) != string(records) {
			t.Errorf("version %d: high watermark %d, records %q", version, f.high, c.span(f.records))
		}
		if version >= 4 && !cmp.Equal(f.aborted, []aborted{{7, 8}}, cmp.AllowUnexported(aborted{})) {
			t.Errorf("version %d: aborted %v", version, f.aborted)
		}
		for cut := range answer {
			c := &chunk{data: answer[:cut]}
			if f, err := c.answer(version); err == nil && f.code == 0 && cut > 12 {
				t.Errorf("version %d: %d of %d bytes are no error", version, cut, len(answer))
			}
		}
		c = &chunk{data: answerOf(version, records)}
		at := bytes.Index(c.data, []byte{0, 0, 0, 3, 0, 0}) + 4
		binary.BigEndian.PutUint16(c.data[at:], uint16(kafka.OffsetOutOfRange))
		if f, err := c.answer(version); err != nil || f.code != int16(kafka.OffsetOutOfRange) {
			t.Errorf("version %d: code %d, error %v", version, f.code, err)
		}
	}
}

// answerOf is a Fetch response for partition 3 of topic "t", without length and number.
func answerOf(version int16, records []byte) []byte {
	var b []byte
	if version >= 1 {
		b = binary.BigEndian.AppendUint32(b, 0)
	}
	if version >= 7 {
		b = append(b, make([]byte, 6)...)
	}
	b = append(b, 0, 0, 0, 1, 0, 1, 't', 0, 0, 0, 1, 0, 0, 0, 3, 0, 0)
	b = binary.BigEndian.AppendUint64(b, 42)
	if version >= 4 {
		b = binary.BigEndian.AppendUint64(b, 41)
		if version >= 5 {
			b = binary.BigEndian.AppendUint64(b, 0)
		}
		b = append(b, 0, 0, 0, 1)
		b = binary.BigEndian.AppendUint64(b, 7)
		b = binary.BigEndian.AppendUint64(b, 8)
	}
	if version >= 11 {
		b = binary.BigEndian.AppendUint32(b, 0xffffffff)
	}
	return append(binary.BigEndian.AppendUint32(b, uint32(len(records))), records...)
}

// FuzzRecords: whatever the bytes, reading ends, stays within them and gives no message before the offset asked for.
func FuzzRecords(f *testing.F) {
	for _, version := range []int8{1, 2} {
		f.Add(recordSet(f, version, compress.None, "a", "b"), int64(1))
		f.Add(recordSet(f, version, compress.Snappy, "a", "b"), int64(0))
	}
	f.Fuzz(func(t *testing.T, records []byte, from int64) {
		if len(records) > headBytes && records[magicAt] == 2 { // or the checksum stops nearly everything
			binary.BigEndian.PutUint32(records[8:], uint32(len(records)-prefixBytes))
			records = reattributed(records, 0)
		}
		_, messages, _ := readRecords(records, from)
		for _, m := range messages {
			if m.Offset < from {
				t.Fatalf("message %d is before %d", m.Offset, from)
			}
		}
		c := &chunk{data: records}
		for version := range int16(12) {
			if a, err := c.answer(version); err == nil && (a.records.start > a.records.end || a.records.end > len(records)) {
				t.Fatalf("records at %v of %d bytes", a.records, len(records))
			}
		}
	})
}
