package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/funnelcloud/funnelcloud/ingest"
)

// openText opens a file, or standard input for "-", and unpacks gzip and zstd, which are told by their first bytes.
func openText(file string) (io.ReadCloser, error) {
	in, _, err := openInput(file)
	if err != nil {
		return nil, err
	}
	text, err := ingest.Unpacked(in)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unpack %s: %w", file, err), in.Close())
	}
	return unpacked{text, in}, nil
}

// unpacked closes the file as well.
type unpacked struct {
	io.ReadCloser

	file io.Closer
}

func (u unpacked) Close() error { return errors.Join(u.ReadCloser.Close(), u.file.Close()) }

// openInput opens a file, or standard input for "-". The size is 0 when it is not known.
func openInput(file string) (io.ReadCloser, int64, error) {
	if file == "-" {
		return io.NopCloser(os.Stdin), 0, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, 0, fmt.Errorf("open the file to load: %w", err)
	}
	info, err := in.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, in.Close())
	}
	return in, info.Size(), nil
}

func readMessage(file string) ([]byte, error) {
	var message []byte
	var err error
	if file == "-" {
		message, err = io.ReadAll(os.Stdin)
	} else {
		message, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the message: %w", err)
	}
	return bytes.TrimRight(message, "\r\n"), nil
}
