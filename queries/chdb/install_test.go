package chdb

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

// fakeInstall is an installation of a small file instead of libchdb.
func fakeInstall(dir string, fetched *atomic.Int32) *installation {
	in := &installation{dir: dir, pack: pack{name: "fake", bytes: 7}}
	in.fetch = func(_ context.Context, _ pack, tmp string) (string, error) {
		fetched.Add(1)
		lib := filepath.Join(tmp, "libchdb.so")
		return lib, os.WriteFile(lib, []byte("library"), 0o644)
	}
	return in
}

func TestInstallersAtOnce(t *testing.T) {
	dir := t.TempDir()
	var fetched atomic.Int32
	g, ctx := errgroup.WithContext(t.Context())
	for range 8 {
		g.Go(func() error { return fakeInstall(dir, &fetched).install(ctx, nil) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if fetched.Load() != 1 || !fakeInstall(dir, &fetched).whole() {
		t.Errorf("fetched %d times, want 1", fetched.Load())
	}
}

func TestDamagedInstallIsRepaired(t *testing.T) {
	for name, damage := range map[string]func(in *installation) error{
		"truncated":   func(in *installation) error { return os.Truncate(in.library(), 3) },
		"changed":     func(in *installation) error { return os.WriteFile(in.library(), []byte("LIBRARY"), 0o644) },
		"gone":        func(in *installation) error { return os.Remove(in.library()) },
		"no manifest": func(in *installation) error { return os.Remove(in.manifest()) },
		"bad manifest": func(in *installation) error {
			return os.WriteFile(in.manifest(), []byte("{"), 0o644)
		},
	} {
		var fetched atomic.Int32
		in := fakeInstall(t.TempDir(), &fetched)
		if err := in.install(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if err := damage(in); err != nil {
			t.Fatal(err)
		}
		if in.whole() {
			t.Errorf("%s: not noticed", name)
		}
		if err := in.install(t.Context(), nil); err != nil || !in.whole() || fetched.Load() != 2 {
			t.Errorf("%s: not repaired: %v", name, err)
		}
	}
}

func TestInstallLeavesNoPart(t *testing.T) {
	var fetched atomic.Int32
	in := fakeInstall(t.TempDir(), &fetched)
	left := filepath.Join(in.dir, "install-killed")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	fetch := in.fetch
	in.fetch = func(context.Context, pack, string) (string, error) { return "", errors.New("cable cut") }
	if err := in.install(t.Context(), nil); err == nil || in.whole() {
		t.Error("a failed fetch installed something")
	}
	in.fetch, in.pack.librarySum = fetch, "another"
	if err := in.install(t.Context(), nil); err == nil || in.whole() || !strings.Contains(err.Error(), "pinned") {
		t.Errorf("an unexpected library was installed: %v", err)
	}
	in.pack.librarySum = ""
	var last int64
	if err := in.install(t.Context(), func(done, _ int64) { last = done }); err != nil || last != 7 {
		t.Errorf("%v; progress ended at %d", err, last)
	}
	entries, err := os.ReadDir(in.dir)
	if err != nil || len(entries) != 3 { // library, manifest, lock
		t.Errorf("%v %v", entries, err)
	}
}

// A copy of an installation is hashed once, then known.
func TestTouchedInstallIsWhole(t *testing.T) {
	var fetched atomic.Int32
	in := fakeInstall(t.TempDir(), &fetched)
	if err := in.install(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(in.library()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in.library(), []byte("library"), 0o644); err != nil {
		t.Fatal(err)
	}
	if !in.whole() || !in.whole() {
		t.Error("an unchanged library counts as damaged")
	}
}

// What npm says when it can't becomes one line with the remedy. npm is real.
func TestNpmFails(t *testing.T) {
	p := packs["linux/amd64"]
	t.Run("offline", func(t *testing.T) {
		t.Setenv("npm_config_offline", "true")
		t.Setenv("npm_config_cache", t.TempDir())
		_, err := npmFetch(t.Context(), p, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "go online") || !strings.Contains(err.Error(), LibraryEnv) || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	})
	t.Run("no npm", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := npmFetch(t.Context(), p, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), "install Node.js") {
			t.Error(err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := npmFetch(ctx, p, t.TempDir()); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// Another archive under the pinned version is refused by npm itself.
func TestNpmChecksIntegrity(t *testing.T) {
	p := pack{name: "fake", integrity: "sha512-" + strings.Repeat("A", 86) + "=="}
	dir := t.TempDir()
	src := filepath.Join(dir, "src")
	if err := os.MkdirAll(src, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(src, "package.json"), []byte(`{"name":"fake","version":"`+Version+`"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "npm", "pack", "--silent", src)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm pack: %v: %s", err, out)
	}
	if err := p.writeLockfile(dir); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, "package-lock.json")
	b, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); strings.Contains(s, "resolved") || strings.Contains(s, "://") {
		t.Errorf("the lockfile names a host: %s", s)
	}
	local := strings.Replace(string(b), `"integrity"`, `"resolved": "file:fake-`+Version+`.tgz", "integrity"`, 1)
	if err := os.WriteFile(lock, []byte(strings.ReplaceAll(local, `"`+Version+`"`+"\n    }", `"file:fake-`+Version+`.tgz"`+"\n    }")), 0o644); err != nil {
		t.Fatal(err)
	}
	manifest := `{"name":"funnelcloud-libchdb","version":"0.0.0","private":true,"dependencies":{"fake":"file:fake-` + Version + `.tgz"}}`
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	ci := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	ci.Dir = dir
	out, err := ci.CombinedOutput()
	if err == nil || !strings.Contains(p.explain(t.Context(), err, string(out)).Error(), "differs from the one that was pinned") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestLibraryFromEnvironment(t *testing.T) {
	t.Setenv(LibraryEnv, filepath.Join(t.TempDir(), "nowhere.so"))
	if _, err := Ensure(t.Context(), nil); err == nil || !strings.Contains(err.Error(), LibraryEnv) {
		t.Error(err)
	}
	lib := filepath.Join(t.TempDir(), "libchdb.so")
	if err := os.WriteFile(lib, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(LibraryEnv, lib)
	if got, err := Ensure(t.Context(), nil); err != nil || got != lib {
		t.Error(got, err)
	}
	if fits(lib) {
		t.Error("an empty file fits")
	}
}

// Of what lies in the vendor's places, only a library with all our calls fits.
func TestEngineFits(t *testing.T) {
	s := start(t)
	if !fits(s.opts.Library) {
		t.Error("the engine in use doesn't fit")
	}
	if fits(os.Args[0]) {
		t.Error("the test binary fits")
	}
}
