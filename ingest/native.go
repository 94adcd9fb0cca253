package ingest

import (
	"encoding/binary"
	"io"
	"slices"
	"strings"
)

// ClickHouse's Native format, as far as ingest writes it: a block is the number of columns and of rows, then each column
// with name, type and all its values. It is what the server stores, near enough, so that it parses nothing; columns are
// filled directly from the events, one allocation per column and batch at most, since the buffers are used again.
// The layout: clickhouse.com/docs/interfaces/formats/Native, and ch-go/proto, which encodes the same from slices of
// Go values and copies each string twice more.

// nativeColumn is one column of a block under construction.
type nativeColumn interface {
	header(buffer []byte, name string, rows int) []byte // name, type and what stands before the values of all rows
	values() []byte
	reset()
}

// textColumn is a String: each value its length and its bytes.
type textColumn struct{ data []byte }

func (c *textColumn) add(s string) {
	if need := len(s) + binary.MaxVarintLen64; need > cap(c.data)-len(c.data) {
		c.data = slices.Grow(c.data, need+len(c.data)) // twice as much: append's quarter would copy four times as much
	}
	if len(s) < 1<<7 { // one byte of length, as nearly always
		c.data = append(append(c.data, byte(len(s))), s...)
		return
	}
	c.data = append(binary.AppendUvarint(c.data, uint64(len(s))), s...)
}

func (c *textColumn) header(buffer []byte, name string, _ int) []byte {
	return appendText(appendText(buffer, name), "String")
}
func (c *textColumn) values() []byte { return c.data }
func (c *textColumn) reset()         { c.data = c.data[:0] }

// numberColumn is a column of eight-byte integers: Int64, UInt64, and what ClickHouse stores as them (DateTime64,
// Decimal(18)).
type numberColumn struct {
	kind string
	data []byte
}

func (c *numberColumn) add(n int64) { c.data = binary.LittleEndian.AppendUint64(c.data, uint64(n)) }

func (c *numberColumn) header(buffer []byte, name string, _ int) []byte {
	return appendText(appendText(buffer, name), c.kind)
}
func (c *numberColumn) values() []byte { return c.data }
func (c *numberColumn) reset()         { c.data = c.data[:0] }

// smallColumn is a UInt32.
type smallColumn struct{ data []byte }

func (c *smallColumn) add(n uint32) { c.data = binary.LittleEndian.AppendUint32(c.data, n) }

func (c *smallColumn) header(buffer []byte, name string, _ int) []byte {
	return appendText(appendText(buffer, name), "UInt32")
}
func (c *smallColumn) values() []byte { return c.data }
func (c *smallColumn) reset()         { c.data = c.data[:0] }

// dictionaryColumn is a LowCardinality(String): the distinct values once, then the number of each row's value. The
// server takes over the dictionary instead of hashing every row's string again.
type dictionaryColumn struct {
	numbers map[string]uint32
	words   []string // by number: copies, since values are views of memory that is used again
	last    string   // the value before, which is most often the value again; one of words
	number  uint32
	keys    []byte
	rows    int
	indices []byte // width bytes a row
	width   int    // 1, 2 or 4: the narrowest that holds all numbers

	renumbered []uint32 // what join makes of each number
}

func (c *dictionaryColumn) add(s string) {
	if c.rows == 0 || s != c.last {
		c.look(s)
	}
	c.rows++
	switch c.width {
	case 4:
		c.indices = binary.LittleEndian.AppendUint32(c.indices, c.number)
	case 2:
		c.indices = binary.LittleEndian.AppendUint16(c.indices, uint16(c.number))
	default:
		c.indices = append(c.indices, byte(c.number))
	}
}

// widen rewrites the numbers so far with twice the width.
func (c *dictionaryColumn) widen() {
	old, width := c.indices, max(c.width, 1)
	c.width, c.indices = 2*width, make([]byte, 0, 4*cap(old)/width)
	for i := 0; i < len(old); i += width {
		c.indices = append(append(c.indices, old[i:i+width]...), make([]byte, width)...)
	}
}

// look finds the number of a value, giving it one when it is new.
func (c *dictionaryColumn) look(s string) {
	n, known := c.numbers[s]
	if !known {
		if c.numbers == nil {
			c.numbers = map[string]uint32{}
		}
		n = uint32(len(c.numbers))
		if n == 1<<8 || n == 1<<16 {
			c.widen()
		}
		s = strings.Clone(s)
		c.numbers[s] = n
		c.words = append(c.words, s)
		c.keys = appendText(c.keys, s)
	}
	c.last, c.number = c.words[n], n
}

func (c *dictionaryColumn) header(buffer []byte, name string, rows int) []byte {
	const (
		sharedDictionaries = 1 // version of the serialization
		additionalKeys     = 1 << 9
		updateDictionary   = 1 << 10
	)
	indexType := uint64(max(c.width, 1) / 2) // 0, 1, 2 for one, two, four bytes
	buffer = appendText(appendText(buffer, name), "LowCardinality(String)")
	buffer = binary.LittleEndian.AppendUint64(buffer, sharedDictionaries)
	buffer = binary.LittleEndian.AppendUint64(buffer, additionalKeys|updateDictionary|indexType)
	buffer = binary.LittleEndian.AppendUint64(buffer, uint64(len(c.words)))
	buffer = append(buffer, c.keys...)
	return binary.LittleEndian.AppendUint64(buffer, uint64(rows))
}

// join gives the columns one dictionary, the first one's: the others' words are added to it, and their rows get its
// numbers. Done again, it changes nothing.
func join(columns []*dictionaryColumn) {
	first, rest := columns[0], columns[1:]
	for _, c := range rest {
		c.renumbered = c.renumbered[:0]
		for _, word := range c.words {
			first.look(word)
			c.renumbered = append(c.renumbered, first.number)
		}
	}
	for _, c := range rest {
		c.renumber(first)
	}
}

// renumber rewrites the numbers as join found them, in the width of the first dictionary.
func (c *dictionaryColumn) renumber(first *dictionaryColumn) {
	for max(c.width, 1) < max(first.width, 1) {
		c.widen()
	}
	same := true
	for old, number := range c.renumbered {
		same = same && uint32(old) == number
	}
	if same {
		return
	}
	switch c.width {
	case 4:
		for i := 0; i < len(c.indices); i += 4 {
			binary.LittleEndian.PutUint32(c.indices[i:], c.renumbered[binary.LittleEndian.Uint32(c.indices[i:])])
		}
	case 2:
		for i := 0; i < len(c.indices); i += 2 {
			binary.LittleEndian.PutUint16(c.indices[i:], uint16(c.renumbered[binary.LittleEndian.Uint16(c.indices[i:])]))
		}
	default:
		for i, number := range c.indices {
			c.indices[i] = byte(c.renumbered[number])
		}
	}
	c.words, c.keys = c.words[:0], c.keys[:0]
	clear(c.numbers)
}

func (c *dictionaryColumn) values() []byte { return c.indices }

func (c *dictionaryColumn) reset() {
	clear(c.numbers)
	*c = dictionaryColumn{numbers: c.numbers, words: c.words[:0], keys: c.keys[:0], indices: c.indices[:0], renumbered: c.renumbered[:0]}
}

func appendText(buffer []byte, s string) []byte {
	return append(binary.AppendUvarint(buffer, uint64(len(s))), s...)
}

// namedColumn is a column in its place.
type namedColumn struct {
	name   string
	column nativeColumn
}

// block is what one worker has of a block: some rows of all its columns.
type block struct {
	columns []namedColumn
	rows    int
}

// blockOf is one block, in parts, made of several workers' rows; the values stay where they are. Sent as a block for each
// worker, ClickHouse would put them together, which means to copy them.
func blockOf(pieces ...block) (parts [][]byte) {
	rows := 0
	for _, p := range pieces {
		rows += p.rows
	}
	pieces = slices.DeleteFunc(pieces, func(p block) bool { return p.rows == 0 })
	if rows == 0 {
		return nil
	}
	head := binary.AppendUvarint(nil, uint64(len(pieces[0].columns)))
	head = binary.AppendUvarint(head, uint64(rows))
	for i, c := range pieces[0].columns {
		if _, ok := c.column.(*dictionaryColumn); ok {
			join(dictionaries(pieces, i))
		}
		parts = append(parts, c.column.header(head, c.name, rows))
		for _, p := range pieces {
			parts = append(parts, p.columns[i].column.values())
		}
		head = nil
	}
	return parts
}

func dictionaries(pieces []block, column int) []*dictionaryColumn {
	var all []*dictionaryColumn
	for _, p := range pieces {
		if d, ok := p.columns[column].column.(*dictionaryColumn); ok {
			all = append(all, d)
		}
	}
	return all
}

// body streams the parts of an insert. Each insert gets a new one, so that it can be repeated.
type body struct {
	parts [][]byte
	at    int
}

// Read hands out the next bytes.
func (b *body) Read(p []byte) (int, error) {
	for len(b.parts) > 0 {
		n := copy(p, b.parts[0][b.at:])
		if b.at += n; b.at == len(b.parts[0]) {
			b.parts, b.at = b.parts[1:], 0
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, io.EOF
}

// WriteTo spares the copy through the caller's buffer.
func (b *body) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for len(b.parts) > 0 {
		n, err := w.Write(b.parts[0][b.at:])
		written += int64(n)
		if err != nil {
			return written, err
		}
		b.parts, b.at = b.parts[1:], 0
	}
	return written, nil
}
