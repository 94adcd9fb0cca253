package attribution

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// blockReader cuts text into blocks of whole rows. Some buffers are used again and again.
type blockReader struct {
	r           io.Reader
	rest        []byte // read, but not of the last block
	free        chan []byte
	ended       bool
	headerLines int
}

const (
	blockSize = 1 << 20
	// Names are looked at eight bytes at a time, also the last one of a block.
	blockPadding = 16
	// A row that long is a file without line ends, or with a quote left open.
	longestRow = 1 << 28
)

func newBlockReader(r io.Reader) *blockReader { return &blockReader{r: r, free: make(chan []byte, 16)} }

// header is the first row.
func (b *blockReader) header() ([]byte, error) {
	text, err := b.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file has no header line")
	}
	if err != nil {
		return nil, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	at := firstRow(text)
	header := bytes.Clone(text[:at])
	// What comes before b.rest in its buffer is this text.
	b.rest = append(bytes.Clone(text[at:]), b.rest...)
	b.headerLines = bytes.Count(header, []byte("\n"))
	return header, nil
}

// firstRow is where the first row ends.
func firstRow(text []byte) int {
	quoted := false
	for i, char := range text {
		switch {
		case char == '"':
			quoted = !quoted
		case char == '\n' && !quoted:
			return i + 1
		}
	}
	return len(text)
}

// next is the next block, with padding in its memory; io.EOF after the last.
func (b *blockReader) next() ([]byte, error) {
	size := max(blockSize, 2*len(b.rest))
	for {
		text, err := b.fill(size)
		if err != nil {
			return nil, err
		}
		if b.ended {
			b.rest = nil
			if len(text) == 0 {
				return nil, io.EOF
			}
			return text, nil
		}
		if at := lastRowEnd(text); at > 0 {
			b.rest = append(b.rest[:0:0], text[at:]...)
			return text[:at], nil
		}
		if size *= 2; size > longestRow {
			return nil, fmt.Errorf("a row of more than %d MiB: is a quote left open, or are there no line ends?", longestRow>>20>>1)
		}
		b.rest = text
	}
}

// fill is a buffer with the rest and what comes after it.
func (b *blockReader) fill(size int) ([]byte, error) {
	var buffer []byte
	select {
	case buffer = <-b.free:
	default:
	}
	if cap(buffer) < size+blockPadding {
		buffer = make([]byte, size+blockPadding)
	}
	buffer = buffer[:size]
	held := copy(buffer, b.rest)
	for held < len(buffer) {
		// Not io.ReadFull: it makes no difference between the end and an archive that is cut off.
		n, err := b.r.Read(buffer[held:])
		held += n
		if errors.Is(err, io.EOF) {
			b.ended = true
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return buffer[:held], nil
}

// release gives back the memory of a block.
func (b *blockReader) release(text []byte) {
	select {
	case b.free <- text:
	default:
	}
}

// lastRowEnd is where the last whole row of a text ends that begins with a row; 0 when there is none.
func lastRowEnd(text []byte) int {
	quoted := bytes.Count(text, []byte{'"'})%2 == 1 // at the end of what is left to look at
	for at := len(text); at > 0; {
		lineEnd := bytes.LastIndexByte(text[:at], '\n')
		if bytes.Count(text[lineEnd+1:at], []byte{'"'})%2 == 1 {
			quoted = !quoted
		}
		if lineEnd < 0 || !quoted {
			return lineEnd + 1
		}
		at = lineEnd
	}
	return 0
}
