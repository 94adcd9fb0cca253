package chdb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// pack is the npm package that has the library for one platform.
type pack struct {
	name string
	// integrity is what npm must find the archive to be. Where it is empty the
	// version alone is pinned and npm checks what the registry states.
	integrity  string
	librarySum string // sha256 of libchdb.so, where known
	bytes      int64  // unpacked, for the progress
}

// packs are by GOOS/GOARCH. Only the first has been installed and hashed by
// us; we could not reach the others.
var packs = map[string]pack{
	"linux/amd64": {
		name:       "@chdb/lib-linux-x64-gnu",
		integrity:  "sha512-XP97mMqnc5tZpKQywR8N7cLTsHNiTmHr30pC5mzo3jWmukjKn2IBa60c2B/gWUNcuFjOMjWoorQICCqBVj5wpw==",
		librarySum: "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5",
		bytes:      569_042_837,
	},
	"linux/arm64":  {name: "@chdb/lib-linux-arm64-gnu", bytes: 560_000_000},
	"darwin/arm64": {name: "@chdb/lib-darwin-arm64", bytes: 500_000_000},
	"darwin/amd64": {name: "@chdb/lib-darwin-x64", bytes: 500_000_000},
}

func platformPackage() (pack, error) {
	p, ok := packs[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok {
		return pack{}, errPlatform
	}
	if musl, _ := filepath.Glob("/lib/ld-musl-*"); len(musl) > 0 {
		if glibc, _ := filepath.Glob("/lib*/ld-linux-*"); len(glibc) == 0 {
			return pack{}, fmt.Errorf("libchdb needs glibc, and this system has musl; use a glibc image such as debian:stable-slim, or a ClickHouse server")
		}
	}
	return p, nil
}

// installCommand is what a person may type where the installation fails.
func (p pack) installCommand() string {
	return "npm install --prefix DIR --ignore-scripts " + p.name + "@" + Version
}

func (p pack) remedy() string {
	return fmt.Sprintf("run `%s` where there is a network and set %s to DIR/node_modules/%s/libchdb.so", p.installCommand(), LibraryEnv, p.name)
}

// npmFetch installs the package into dir by npm, whose settings say which
// registry that is, and returns the library's path.
func npmFetch(ctx context.Context, p pack, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed: install Node.js 20 or newer, or elsewhere %s", p.remedy())
	}
	if err := p.writeLockfile(dir); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return "", p.explain(ctx, err, out.String())
	}
	return filepath.Join(dir, "node_modules", filepath.FromSlash(p.name), "libchdb.so"), nil
}

// writeLockfile pins version and hash, and names no host.
func (p pack) writeLockfile(dir string) error {
	type object = map[string]any
	self := object{"name": "funnelcloud-libchdb", "version": "0.0.0", "private": true, "dependencies": object{p.name: Version}}
	dep := object{"version": Version}
	if p.integrity != "" {
		dep["integrity"] = p.integrity
	}
	lock := object{
		"name": "funnelcloud-libchdb", "version": "0.0.0", "lockfileVersion": 3, "requires": true,
		"packages": object{"": self, "node_modules/" + p.name: dep},
	}
	for name, content := range map[string]object{"package.json": self, "package-lock.json": lock} {
		b, err := json.MarshalIndent(content, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// explain turns npm's output into one line and what to do.
func (p pack) explain(ctx context.Context, err error, out string) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(out, "EINTEGRITY"):
		return errors.New("the package differs from the one that was pinned (npm says EINTEGRITY); run `npm cache clean --force` and try again")
	case strings.Contains(out, "ENOSPC"):
		return errors.New("the disk is full; some 1.2 GB are needed while it installs")
	case strings.Contains(out, "ENOTFOUND"), strings.Contains(out, "EAI_AGAIN"), strings.Contains(out, "ECONNREFUSED"), strings.Contains(out, "ENOTCACHED"), strings.Contains(out, "ETIMEDOUT"):
		return fmt.Errorf("npm can't reach its registry; go online, or %s", p.remedy())
	case strings.Contains(out, "E404"):
		return fmt.Errorf("npm's registry doesn't have %s@%s; ask for it there, or %s", p.name, Version, p.remedy())
	}
	return fmt.Errorf("npm ci: %w: %s; or %s", err, lastLine(out), p.remedy())
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for _, l := range lines {
		if strings.Contains(l, "npm error") || strings.Contains(l, "npm ERR!") {
			return strings.TrimSpace(l)
		}
	}
	return lines[len(lines)-1]
}
