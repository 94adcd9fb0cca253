package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// block is a fenced block of a page: commands, or a file to write.
type block struct {
	language, file, text string
	line                 int
}

var fence = regexp.MustCompile("(?ms)^```(\\w+)(?: ([\\w.-]+))?\n(.*?)^```$")

// blocksOf are the blocks of a page that commands or files stand in.
func blocksOf(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []block
	for _, at := range fence.FindAllSubmatchIndex(text, -1) {
		b := block{language: string(text[at[2]:at[3]]), text: string(text[at[6]:at[7]]), line: 1 + bytes.Count(text[:at[0]], []byte("\n"))}
		if at[4] >= 0 {
			b.file = string(text[at[4]:at[5]])
		}
		if b.language == "sh" || b.file != "" {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

const keepsRunning = "# keeps running\n"

// A tutorial whose commands fail teaches nothing: all of them are run, in order, in an empty folder of a fresh home.
func TestTheCommandsOfTheTutorialsWork(t *testing.T) {
	pages, err := filepath.Glob("../../docs/tutorials/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no tutorials: %v", err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			blocks := blocksOf(t, page)
			if len(blocks) == 0 {
				t.Fatalf("%s has no commands", page)
			}
			newReader(t).read(t, page, blocks)
		})
	}
}

// The pages on single tasks need data: one small company for all of them, each in a folder of its own.
func TestTheCommandsOfTheHowTosWork(t *testing.T) {
	ensured(t)
	pages, err := filepath.Glob("../../docs/howto/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("pages %v: %v", pages, err)
	}
	folder := t.TempDir()
	mustRun(t, "demo", "--people", "2000", "--days", "60", "--dir", folder, "--output", "json")
	stack := up(t, filepath.Join(folder, "data"))
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			shell := newReader(t)
			shell.env = append(shell.env, "FUNNELCLOUD_DATA="+stack.folder)
			shell.read(t, page, blocksOf(t, page))
		})
	}
}

// Links between pages that lead nowhere, and pictures that are not there.
func TestTheDocsLinkToWhatIsThere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	pages := []string{"../../README.md", "../../CONTRIBUTING.md"}
	for _, pattern := range []string{"../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(readText(t, page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s links to %s, which isn't there", page, m[1])
			}
		}
	}
}

// The drawings of models show what the manual's worked examples say.
func TestTheDrawingsOfModelsAreUpToDate(t *testing.T) {
	draw := exec.CommandContext(t.Context(), "go", "run", "docs/images/models.go", "-check")
	draw.Dir = "../.."
	if out, err := draw.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// reader follows a tutorial: one shell, whose variables last from block to block.
type reader struct {
	folder string
	env    []string
	past   string // what set variables so far
}

// newReader has an empty folder and home, and the program on its path; the engine that was installed once is shared.
func newReader(t *testing.T) *reader {
	t.Helper()
	folder, bin, home := t.TempDir(), t.TempDir(), t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProgram, self)
	if err := os.WriteFile(filepath.Join(bin, "funnelcloud"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+cache, "PATH="+bin+":"+os.Getenv("PATH"))
	return &reader{folder: folder, env: env}
}

// read follows all blocks of a page.
func (r *reader) read(t *testing.T, page string, blocks []block) {
	t.Helper()
	for _, b := range blocks {
		r.follow(t, fmt.Sprintf("%s:%d", filepath.Base(page), b.line), b)
	}
}

func (r *reader) follow(t *testing.T, where string, b block) {
	t.Helper()
	switch {
	case b.file != "":
		if err := os.WriteFile(filepath.Join(r.folder, b.file), []byte(b.text), 0o600); err != nil {
			t.Fatal(err)
		}
	case strings.HasPrefix(b.text, keepsRunning):
		r.start(t, where, strings.TrimPrefix(b.text, keepsRunning))
	default:
		out, err := r.command(t.Context(), r.past+b.text).CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s\n%s", where, err, b.text, out)
		}
		for line := range strings.Lines(b.text) {
			if strings.HasPrefix(line, "export ") {
				r.past += line
			}
		}
	}
}

func (r *reader) command(ctx context.Context, text string) *exec.Cmd {
	c := exec.CommandContext(ctx, "sh", "-euc", text)
	c.Dir, c.Env = r.folder, r.env
	return c
}

// start runs a command that stays, and waits until it says that it is up. It ends with the test.
func (r *reader) start(t *testing.T, where, text string) {
	t.Helper()
	// exec: the signal at the end is then the program's, not the shell's.
	c := r.command(context.WithoutCancel(t.Context()), "exec "+text)
	said := &watched{up: make(chan struct{})}
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		if err := c.Process.Signal(syscall.SIGTERM); err == nil {
			<-ended
		}
	})
	select {
	case <-said.up:
	case err := <-ended:
		t.Fatalf("%s: %sended: %v\n%s", where, text, err, said)
	case <-time.After(5 * time.Minute):
		t.Fatalf("%s: %sdoes not come up\n%s", where, text, said)
	}
}

// watched is what a program says, until and after it is up.
type watched struct {
	mu   sync.Mutex
	text strings.Builder
	once sync.Once
	up   chan struct{}
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), "Ctrl-C stops it") {
		w.once.Do(func() { close(w.up) })
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
