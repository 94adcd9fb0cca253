package chdb

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// The engine writes Native as revision 0. Later revisions add bytes between
// the columns; these are ClickHouse's DBMS_MIN_REVISION_WITH_….
const (
	revisionBlockInfo    = 51903
	revisionTimeZone     = 54337 // DateTime('zone') instead of DateTime
	revisionCustomSerial = 54454 // one byte a column: has custom serialization
)

// blockInfo is the header of a block: field 1, is_overflows, false; field 2,
// bucket_num, -1; end.
var blockInfo = []byte{1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0}

// native rewrites a Native stream of revision 0 to a client's revision. It
// finds the columns' ends without decoding them, so it costs little more than
// a copy.
type native struct {
	r        io.Reader
	revision uint64
	describe func() ([]string, error) // the columns' types, zones and all
	types    []string

	buf   []byte // the block, as far as it is read
	pos   int
	edits []edit
	nodes map[string]*node
	slow  *chproto.Reader // set once a type is met whose end needs decoding
}

// edit replaces drop bytes at position at of the block.
type edit struct {
	at, drop int
	insert   []byte
}

// errOpaque is a type whose length can't be told without decoding it.
var errOpaque = errors.New("column type has no simple length")

func newNative(r io.Reader, revision uint64, describe func() ([]string, error)) *native {
	return &native{r: r, revision: revision, describe: describe, nodes: map[string]*node{}}
}

// copyBlock writes the next block to w, or returns io.EOF behind the last.
func (n *native) copyBlock(w io.Writer) error {
	if n.slow != nil {
		return n.decodeBlock(w)
	}
	n.buf = append(n.buf[:0], n.buf[n.pos:]...)
	n.pos, n.edits = 0, n.edits[:0]
	if err := n.need(1); err != nil {
		return err
	}
	err := n.block()
	switch {
	case errors.Is(err, errOpaque):
		n.slow = chproto.NewReader(io.MultiReader(bytes.NewReader(n.buf), n.r))
		return n.decodeBlock(w)
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	}
	return n.write(w)
}

// block steps over one block and notes the edits.
func (n *native) block() error {
	columns, err := n.uvarint()
	if err != nil {
		return err
	}
	rows, err := n.uvarint()
	if err != nil {
		return err
	}
	for i := range int(columns) {
		if err := n.column(i, int(rows)); err != nil {
			return err
		}
	}
	return nil
}

func (n *native) column(i, rows int) error {
	if _, err := n.text(); err != nil {
		return err
	}
	from := n.pos
	name, err := n.text()
	if err != nil {
		return err
	}
	t := n.nodes[name]
	if t == nil {
		if t, err = parseType(name); err != nil {
			return err
		}
		n.nodes[name] = t
	}
	e := edit{at: n.pos}
	if full := n.zoned(i, name); full != name {
		e.at, e.drop = from, n.pos-from
		e.insert = append(binary.AppendUvarint(nil, uint64(len(full))), full...)
	}
	if n.revision >= revisionCustomSerial {
		e.insert = append(e.insert, 0)
	}
	n.edits = append(n.edits, e)
	if rows == 0 {
		return nil // no rows, no bytes, not even the type's state
	}
	if err := n.state(t); err != nil {
		return err
	}
	return n.data(t, rows)
}

// zoned gives a DateTime its time zone back, which revision 0 leaves out.
func (n *native) zoned(i int, name string) string {
	if name != "DateTime" || n.revision < revisionTimeZone {
		return name
	}
	if n.types == nil {
		types, err := n.describe()
		if err != nil {
			types = []string{} // the server's zone it is, as in the stream
		}
		n.types = types
	}
	if i < len(n.types) && n.nodes[name] != nil && len(n.types[i]) > len(name) && n.types[i][:len(name)+1] == "DateTime(" {
		return n.types[i]
	}
	return name
}

func (n *native) write(w io.Writer) error {
	var out []byte
	if n.revision >= revisionBlockInfo {
		out = blockInfo
	}
	if _, err := w.Write(out); err != nil {
		return err
	}
	last := 0
	for _, e := range n.edits {
		if _, err := w.Write(n.buf[last:e.at]); err != nil {
			return err
		}
		if _, err := w.Write(e.insert); err != nil {
			return err
		}
		last = e.at + e.drop
	}
	_, err := w.Write(n.buf[last:n.pos])
	return err
}

// decodeBlock is the slow way, for JSON and its like: decode and encode.
func (n *native) decodeBlock(w io.Writer) error {
	b := proto.NewBlock()
	if err := b.Decode(n.slow, 0); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fmt.Errorf("decode the native block: %w; output_format_native_write_json_as_string=1 may help", err)
	}
	var buf chproto.Buffer
	if err := b.Encode(&buf, n.revision); err != nil {
		return fmt.Errorf("encode the native block: %w; output_format_native_write_json_as_string=1 may help", err)
	}
	_, err := w.Write(buf.Buf)
	return err
}

// need reads until k bytes are there behind pos.
func (n *native) need(k int) error {
	for len(n.buf)-n.pos < k {
		if cap(n.buf)-len(n.buf) < 64<<10 {
			grown := make([]byte, len(n.buf), max(256<<10, 2*cap(n.buf)))
			copy(grown, n.buf)
			n.buf = grown
		}
		got, err := n.r.Read(n.buf[len(n.buf):cap(n.buf)])
		n.buf = n.buf[:len(n.buf)+got]
		if err != nil && len(n.buf)-n.pos < k {
			return err
		}
	}
	return nil
}

func (n *native) skip(k int) error {
	if k < 0 {
		return errors.New("native: a length is too large")
	}
	if err := n.need(k); err != nil {
		return err
	}
	n.pos += k
	return nil
}

func (n *native) uvarint() (uint64, error) {
	for k := 1; k <= binary.MaxVarintLen64; k++ {
		if err := n.need(k); err != nil {
			return 0, err
		}
		if n.buf[n.pos+k-1] < 0x80 {
			v, _ := binary.Uvarint(n.buf[n.pos : n.pos+k])
			n.pos += k
			return v, nil
		}
	}
	return 0, errors.New("native: bad number")
}

func (n *native) uint64() (uint64, error) {
	if err := n.skip(8); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(n.buf[n.pos-8:]), nil
}

func (n *native) text() (string, error) {
	k, err := n.uvarint()
	if err != nil {
		return "", err
	}
	if err := n.skip(int(k)); err != nil {
		return "", err
	}
	return string(n.buf[n.pos-int(k) : n.pos]), nil
}
