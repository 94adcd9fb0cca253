package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// openText opens a file, or standard input for "-", and unpacks gzip and zstd, which are told by their first bytes.
func openText(file string) (io.ReadCloser, error) {
	in, _, err := openInput(file)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(in, 1<<16)
	head, _ := buffered.Peek(4) // a shorter file is no archive; its fault, if any, comes with the first read
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", file, err)
		}
		return reading{unpacked, in}, nil
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		unpacked, err := zstd.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("unpack %s: %w", file, err)
		}
		return reading{unpacked, in}, nil
	default:
		return reading{buffered, in}, nil
	}
}

// reading reads from one thing and closes another.
type reading struct {
	io.Reader
	io.Closer
}
