package chdb

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// manifest says what a whole installation looks like. It is written last.
type manifest struct {
	Size     int64     `json:"size"`
	SHA256   string    `json:"sha256"`
	Modified time.Time `json:"modified"` // as of the hash; while it stays, the hash isn't computed again
}

// whole tells whether the installation is complete and undamaged.
func (in *installation) whole() bool {
	var m manifest
	b, err := os.ReadFile(in.manifest())
	if err != nil || json.Unmarshal(b, &m) != nil {
		return false
	}
	i, err := os.Stat(in.library())
	if err != nil || i.Size() != m.Size {
		return false
	}
	if i.ModTime().Equal(m.Modified) {
		return true
	}
	sum, err := fileSum(in.library())
	if err != nil || sum != m.SHA256 {
		return false
	}
	// Touched or copied, not changed. A failure to note it costs a second next time.
	m.Modified = i.ModTime()
	_ = in.writeManifest(m)
	return true
}

// adopt moves the fetched library into place, each step atomic.
func (in *installation) adopt(library string) error {
	sum, err := fileSum(library)
	if err != nil {
		return fmt.Errorf("check the installed libchdb: %w", err)
	}
	if in.pack.librarySum != "" && sum != in.pack.librarySum {
		return fmt.Errorf("check the installed libchdb: it isn't the file that was pinned (sha256 %s, want %s); clear npm's cache and try again", sum, in.pack.librarySum)
	}
	if err := os.Rename(library, in.library()); err != nil {
		return fmt.Errorf("move libchdb into place: %w", err)
	}
	i, err := os.Stat(in.library())
	if err != nil {
		return fmt.Errorf("check the installed libchdb: %w", err)
	}
	return in.writeManifest(manifest{Size: i.Size(), SHA256: sum, Modified: i.ModTime()})
}

func (in *installation) writeManifest(m manifest) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(in.dir, "manifest-*")
	if err != nil {
		return fmt.Errorf("write libchdb's manifest: %w", err)
	}
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(in.dir, "manifest.json"))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("write libchdb's manifest: %w", err)
	}
	return nil
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, onlyReader{f}, make([]byte, 1<<20)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
