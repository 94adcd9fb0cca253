package chdb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// LibraryEnv names the environment variable that points at libchdb.
const LibraryEnv = "FUNNELCLOUD_LIBCHDB"

// Version of the engine's package that Ensure installs.
const Version = "26.7.3-stable.1"

// Progress is told how many of the installation's bytes are there; total is
// the size when it is done.
type Progress func(done, total int64)

const pkg = "@chdb/lib-linux-x64-gnu"

// Ensure returns the path of libchdb, installing it if it is nowhere.
func Ensure(ctx context.Context, progress Progress) (string, error) {
	if p := os.Getenv(LibraryEnv); p != "" {
		return p, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	dir := filepath.Join(cache, "funnelcloud", "libchdb", Version)
	lib := filepath.Join(dir, "libchdb.so")
	if _, err := os.Stat(lib); err == nil {
		return lib, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "install-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	out, err := exec.CommandContext(ctx, "npm", "install", "--prefix", tmp, "--ignore-scripts", pkg+"@"+Version).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("npm install %s@%s: %w: %s", pkg, Version, err, out)
	}
	return lib, os.Rename(filepath.Join(tmp, "node_modules", pkg), dir)
}
