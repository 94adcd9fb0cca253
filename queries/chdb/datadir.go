package chdb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// holder is what the lock file of a data folder says about who has it.
type holder struct {
	PID   int       `json:"pid"`
	URL   string    `json:"url"`
	Since time.Time `json:"since"`
}

// HeldError says that another process runs on the data folder. URL is where
// that process serves it, so a caller may connect there instead.
type HeldError struct {
	DataDir string
	PID     int
	URL     string
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("clickhouse data folder %s is in use by a process that is just starting; try again, or choose another folder", e.DataDir)
	}
	return fmt.Sprintf("clickhouse data folder %s is in use by process %d, which serves it on %s; connect there, stop it, or choose another folder", e.DataDir, e.PID, e.URL)
}

var errHeld = errors.New("locked by another process")

const lockName = "funnelcloud.lock"

// lockDataDir makes the folder and holds it until the file is closed. Two
// engines on one folder would destroy it.
func lockDataDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make clickhouse's data folder: %w; choose a folder that this user may write", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, fmt.Errorf("write to clickhouse's data folder: %w; make it writable for this user or choose another", err)
	}
	if err := flock(f); err != nil {
		defer func() { _ = f.Close() }()
		if errors.Is(err, errHeld) {
			return nil, readHolder(f, dir)
		}
		return nil, fmt.Errorf("lock clickhouse's data folder %s: %w", dir, err)
	}
	return f, nil
}

func readHolder(f *os.File, dir string) error {
	h := holder{}
	if b, err := io.ReadAll(f); err == nil {
		_ = json.Unmarshal(b, &h) // a holder that is just starting has written nothing yet
	}
	return &HeldError{DataDir: dir, PID: h.PID, URL: h.URL}
}

// signLock writes who holds the folder.
func signLock(f *os.File, url string) error {
	b, err := json.Marshal(holder{PID: os.Getpid(), URL: url, Since: time.Now().UTC()})
	if err != nil {
		return err
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt(append(b, '\n'), 0)
	}
	if err != nil {
		return fmt.Errorf("write to clickhouse's data folder: %w; free some space or choose another folder", err)
	}
	return nil
}

const tempPattern = "funnelcloud-clickhouse-*"

// makeTempDir makes a data folder that Close removes, and removes those of
// processes that were killed before they could.
func makeTempDir() (string, error) {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), tempPattern))
	if err == nil {
		for _, dir := range left {
			sweepTempDir(dir)
		}
	}
	dir, err := os.MkdirTemp("", tempPattern)
	if err != nil {
		return "", fmt.Errorf("make a folder for clickhouse's data: %w; free some space or set TMPDIR", err)
	}
	return dir, nil
}

// sweepTempDir spares a folder in use and a young one, which may be about to be.
func sweepTempDir(dir string) {
	if i, err := os.Stat(dir); err != nil || time.Since(i.ModTime()) < time.Hour {
		return
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer func() { _ = f.Close() }()
	if flock(f) == nil {
		_ = os.RemoveAll(dir) // another user's stays
	}
}
