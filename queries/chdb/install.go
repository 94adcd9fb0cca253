package chdb

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// LibraryEnv names the environment variable that points at libchdb.
const LibraryEnv = "FUNNELCLOUD_LIBCHDB"

// Version of the engine's package that Ensure installs. ClickHouse's own
// version is Server.Version.
const Version = "26.7.3-stable.1"

// Progress is told how many bytes of an installation are there. total is the
// size when it is done.
type Progress func(done, total int64)

var errPlatform = errors.New("libchdb has no build for " + runtime.GOOS + "/" + runtime.GOARCH + "; use Linux with glibc or macOS, or a ClickHouse server")

// Ensure returns the path of libchdb: the one LibraryEnv names, else the one
// in the user's cache folder, else one that the vendor's installer has put in
// its usual places, else it installs the pinned package into the cache folder.
// Processes that do so at once wait for one another, and a damaged
// installation is made anew.
func Ensure(ctx context.Context, progress Progress) (string, error) {
	if p := os.Getenv(LibraryEnv); p != "" {
		if _, err := os.Stat(p); err != nil {
			return "", fmt.Errorf("find libchdb: %s is set but %w; unset it to have libchdb installed", LibraryEnv, err)
		}
		return p, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w; set HOME, or %s to a libchdb", err, LibraryEnv)
	}
	in := installation{dir: filepath.Join(cache, "funnelcloud", "libchdb", Version), fetch: npmFetch}
	if in.whole() {
		return in.library(), nil
	}
	for _, p := range vendorPlaces() {
		if fits(p) {
			return p, nil
		}
	}
	if in.pack, err = platformPackage(); err != nil {
		return "", err
	}
	if err := in.install(ctx, progress); err != nil {
		return "", err
	}
	return in.library(), nil
}

// vendorPlaces are where the vendor's installer puts the library.
func vendorPlaces() []string {
	places := []string{"/usr/local/lib", "/usr/lib", "/opt/homebrew/lib"}
	if home, err := os.UserHomeDir(); err == nil {
		places = append(places, filepath.Join(home, ".local", "lib"))
	}
	names := []string{"libchdb.so"}
	if runtime.GOOS == "darwin" {
		names = append(names, "libchdb.dylib")
	}
	var files []string
	for _, p := range places {
		for _, n := range names {
			files = append(files, filepath.Join(p, n))
		}
	}
	return files
}

// fits tells whether the library at path has what we call. An older one that
// happens to lie there is passed over, not complained about.
func fits(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	f, err := elf.Open(path)
	if err != nil {
		return runtime.GOOS == "darwin" // not an ELF file there; load tells
	}
	defer func() { _ = f.Close() }()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return false
	}
	for name := range (&engine{}).symbols() {
		if !slices.ContainsFunc(symbols, func(s elf.Symbol) bool { return s.Name == name && s.Section != elf.SHN_UNDEF }) {
			return false
		}
	}
	return true
}

// installation is libchdb in the cache folder.
type installation struct {
	dir   string
	pack  pack
	fetch func(ctx context.Context, p pack, dir string) (library string, err error)
}

func (in *installation) library() string  { return filepath.Join(in.dir, "libchdb.so") }
func (in *installation) manifest() string { return filepath.Join(in.dir, "manifest.json") }

// install fetches the package, unless another process does so first.
func (in *installation) install(ctx context.Context, progress Progress) error {
	if err := os.MkdirAll(in.dir, 0o755); err != nil {
		return fmt.Errorf("install libchdb: %w; make the cache folder writable, or set %s to a libchdb", err, LibraryEnv)
	}
	unlock, err := in.lock(ctx)
	if err != nil {
		return fmt.Errorf("install libchdb: %w", err)
	}
	defer unlock()
	if in.whole() {
		return nil
	}
	in.sweep()
	tmp, err := os.MkdirTemp(in.dir, "install-*")
	if err != nil {
		return fmt.Errorf("install libchdb: %w", err)
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	stop := report(tmp, in.pack.bytes, progress)
	library, err := in.fetch(ctx, in.pack, tmp)
	stop()
	if err != nil {
		return fmt.Errorf("install libchdb: %w", err)
	}
	if err := in.adopt(library); err != nil {
		return err
	}
	if progress != nil {
		progress(in.pack.bytes, in.pack.bytes)
	}
	return nil
}

// sweep removes what an installer that was killed has left.
func (in *installation) sweep() {
	left, err := filepath.Glob(filepath.Join(in.dir, "install-*"))
	if err != nil {
		return
	}
	for _, d := range left {
		_ = os.RemoveAll(d) // it costs only space
	}
}

// lock waits for other installers.
func (in *installation) lock(ctx context.Context) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(in.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := flock(f)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("wait for another process that installs it: %w", ctx.Err()), f.Close())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// report tells progress twice a second until the returned function is called.
func report(dir string, total int64, progress Progress) (stop func()) {
	if progress == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			progress(min(folderSize(dir), total), total)
			select {
			case <-done:
				return
			case <-time.After(500 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}

// folderSize is what lies in dir now; files that vanish meanwhile count nothing.
func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if i, err := d.Info(); err == nil {
				n += i.Size()
			}
		}
		return nil
	})
	return n
}
