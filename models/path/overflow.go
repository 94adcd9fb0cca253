package path

import (
	"encoding/binary"
	"errors"
	"iter"
)

// Overflow keeps the records that memory has no room for, such as in a file. Package models has one.
type Overflow interface {
	// Append adds a record to one of OverflowParts parts. It may not keep the slice.
	Append(part int, record []byte) error
	// Records are those of a part, in any order; each is valid until the next.
	Records(part int) iter.Seq2[[]byte, error]
}

// OverflowParts is into how many parts an Overflow keeps records: one at a time comes back into memory.
const OverflowParts = 64

// roomForSequences is what distinct sequences may take of memory before further ones overflow, where Options say nothing:
// some four million of a dozen states.
const roomForSequences = 256 << 20

// count counts a unit in its sequence. One that is known stays where it is; a new one overflows once the room is taken,
// so that no sequence is in both places.
func (b *Builder) count(u taken) {
	if b.options.Overflow == nil || b.sequences.bytes() < b.options.Room {
		b.sequences.add(u, b.options.Examples)
		return
	}
	if known, _ := b.sequences.find(u.hash, u.key); known >= 0 {
		b.sequences.add(u, b.options.Examples)
		return
	}
	if b.overflow == nil && b.err == nil {
		b.overflow, b.err = b.options.Overflow()
	}
	if b.err == nil {
		b.record = u.append(b.record[:0])
		b.err = b.overflow.Append(int(u.hash>>58), b.record)
	}
}

// Err is what went wrong with the Overflow. Figures made since are not complete.
func (b *Builder) Err() error { return b.err }

// eachSequence shows all distinct sequences; one is valid until the next is shown.
func (b *Builder) eachSequence(show func(*sequence)) {
	b.sequences.each(b, show)
	if b.overflow == nil {
		return
	}
	for part := range OverflowParts {
		var table sequenceTable
		for record, err := range b.overflow.Records(part) {
			var u taken
			if err == nil {
				u, err = readTaken(record)
			}
			if err != nil {
				b.err = errors.Join(b.err, err)
				return
			}
			table.add(u, b.options.Examples)
		}
		table.each(b, show)
	}
}

// append writes a record: hash, end, span, key with its length, and the unit.
func (u taken) append(to []byte) []byte {
	to = binary.LittleEndian.AppendUint64(to, u.hash)
	to = append(to, byte(convertedID-u.end))
	to = binary.AppendVarint(to, u.span)
	to = binary.AppendUvarint(to, uint64(len(u.key)))
	to = append(to, u.key...)
	return append(to, u.unit...)
}

var errRecord = errors.New("read back what overflowed: not a record")

func readTaken(record []byte) (taken, error) {
	if len(record) < 9 || record[8] >= ends {
		return taken{}, errRecord
	}
	u := taken{hash: binary.LittleEndian.Uint64(record), end: convertedID - int32(record[8])}
	record = record[9:]
	span, n := binary.Varint(record)
	if n <= 0 {
		return taken{}, errRecord
	}
	length, m := binary.Uvarint(record[n:])
	if m <= 0 || length > uint64(len(record)-n-m) {
		return taken{}, errRecord
	}
	record = record[n+m:]
	u.span, u.key, u.unit = span, record[:length], string(record[length:])
	return u, nil
}
