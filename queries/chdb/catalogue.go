package chdb

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
)

// makeDefaultDatabase describes the database "default" in the folder's
// catalogue, where the engine finds it. Left to itself, libchdb makes one that
// also shows the files of the working directory as tables, so that a file of
// the same name would keep a table from being made.
func makeDefaultDatabase(dir string) error {
	metadata := filepath.Join(dir, "metadata")
	file := filepath.Join(metadata, "default.sql")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(metadata, 0o750); err != nil {
		return fmt.Errorf("make clickhouse's catalogue: %w", err)
	}
	id := uuid.NewString()
	// A folder that plain libchdb has made has tables under this id already.
	if store, err := os.Readlink(filepath.Join(metadata, "default")); err == nil {
		id = filepath.Base(filepath.Clean(store))
	}
	temp := file + ".tmp"
	if err := os.WriteFile(temp, []byte("ATTACH DATABASE _ UUID '"+id+"'\nENGINE = Atomic\n"), 0o640); err != nil {
		return fmt.Errorf("make clickhouse's catalogue: %w", err)
	}
	return os.Rename(temp, file)
}
