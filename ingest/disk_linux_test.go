package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// The same on a disk that is full indeed: a small one in memory, which only root can make.
func TestClickHouseOnASmallDisk(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := mountSmallDisk(folder, 160<<20); err != nil {
		t.Logf("nothing asserted: no small disk can be made here: %v", err)
		return
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	const n = 20_000
	server := startEngine(t, engine{Kind: "clickhouse", Folder: filepath.Join(folder, "clickhouse"), Password: "secret"})
	s := newStack(t, sourceNamed(t, "segment"))
	s.db = openEngine(t, server)
	// ClickHouse's own merges can leave an empty file behind on a disk that is full to the last byte (CORRUPTED_DATA, seen
	// with 26.7): none of them here, since the promise is about inserts.
	if err := s.db.Statement(t.Context(), "SYSTEM STOP MERGES", nil); err != nil {
		t.Fatal(err)
	}
	s.produce("segment", calls(n)...)
	ballast := filepath.Join(folder, "ballast")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var failures atomic.Int64
	o := s.options()
	o.MaxRows, o.FetchBytes = 300, 20_000
	moved := batchSignal(&o)
	o.Logger = slog.New(logged{slog.DiscardHandler, func(message string) {
		if strings.HasPrefix(message, "insert into ClickHouse failed") && failures.Add(1) == 3 {
			removeBallast(t, ballast)
		}
	}})
	consumer := run(ctx, o)
	await(ctx, t, moved, 2)
	fill(t, ballast)
	if err := <-consumer; err != nil {
		t.Fatal(err)
	}
	if failures.Load() < 3 {
		t.Errorf("%d inserts failed: the test has tested nothing", failures.Load())
	}
	s.expectOnce(n)
}

// mountSmallDisk makes a folder a file system of its own, of some bytes in memory.
func mountSmallDisk(folder string, bytes int) error {
	return syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
}

// fill writes a file until there is no room left.
func fill(t testing.TB, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 1<<20)
	for size := len(block); size > 0; {
		if _, err := f.Write(block[:size]); err != nil {
			if !errors.Is(err, syscall.ENOSPC) {
				t.Fatal(err)
			}
			size /= 2
		}
	}
}

func removeBallast(t testing.TB, path string) {
	if err := os.Remove(path); err != nil {
		t.Error(err)
	}
}
