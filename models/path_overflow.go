package models

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// overflowBlock is how many bytes of a part are written at once.
const overflowBlock = 64 << 10

// overflowFile keeps what path reports have no room for in one temporary file: each part has its blocks in it. The file
// has no name any more once it is open, so that nothing is left whatever ends the program (where the system allows that;
// elsewhere it stays among the temporary files).
type overflowFile struct {
	file   *os.File
	length int64
	full   [path.OverflowParts][]io.SectionReader
	begun  [path.OverflowParts][]byte
}

func openOverflow() (path.Overflow, error) {
	file, err := os.CreateTemp("", "funnelcloud-paths-*")
	if err != nil {
		return nil, fmt.Errorf("open a file for the ways that memory has no room for: %w", err)
	}
	_ = os.Remove(file.Name())
	return &overflowFile{file: file}, nil
}

// Append adds a record, its length before it, to a part.
func (o *overflowFile) Append(part int, record []byte) error {
	block := binary.AppendUvarint(o.begun[part], uint64(len(record)))
	block = append(block, record...)
	if len(block) >= overflowBlock {
		if _, err := o.file.WriteAt(block, o.length); err != nil {
			return fmt.Errorf("write the ways that memory has no room for: %w; TMPDIR names another folder", err)
		}
		o.full[part] = append(o.full[part], *io.NewSectionReader(o.file, o.length, int64(len(block))))
		o.length += int64(len(block))
		block = block[:0]
	}
	o.begun[part] = block
	return nil
}

// Records are those of a part in the order they came.
func (o *overflowFile) Records(part int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var record []byte
		for i := range o.full[part] {
			block := o.full[part][i] // its place is its own
			more, err := eachRecord(bufio.NewReaderSize(&block, overflowBlock), &record, yield)
			if err != nil {
				yield(nil, fmt.Errorf("read back the ways that memory had no room for: %w", err))
			}
			if !more || err != nil {
				return
			}
		}
		for begun := o.begun[part]; len(begun) > 0; {
			length, n := binary.Uvarint(begun)
			if !yield(begun[n:n+int(length)], nil) {
				return
			}
			begun = begun[n+int(length):]
		}
	}
}

// eachRecord yields the records of a block; more is false once no more are wanted.
func eachRecord(block *bufio.Reader, record *[]byte, yield func([]byte, error) bool) (more bool, err error) {
	for {
		length, err := binary.ReadUvarint(block)
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		*record = append((*record)[:0], make([]byte, length)...)
		if _, err := io.ReadFull(block, *record); err != nil {
			return false, err
		}
		if !yield(*record, nil) {
			return false, nil
		}
	}
}
