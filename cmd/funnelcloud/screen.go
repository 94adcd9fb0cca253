package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/progress"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// screen is what a person sees: progress on standard error, results on standard output. Where standard error is no
// terminal, progress is one line per finished piece of work.
type screen struct {
	out, err io.Writer
	terminal bool // standard error is one
	color    bool // standard output is a terminal, and its owner likes colours
	quiet    bool
	mu       sync.Mutex
	bars     progress.Writer
}

func newScreen(quiet bool) *screen {
	return &screen{
		out: os.Stdout, err: os.Stderr, quiet: quiet, terminal: term.IsTerminal(int(os.Stderr.Fd())),
		color: term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "",
	}
}

// warnings logs what a person should know to standard error.
func warnings() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// What a bar counts.
var (
	unitRows  = progress.Units{Formatter: thousands}
	unitBytes = progress.UnitsBytes
	unitSteps = progress.Units{Formatter: func(n int64) string { return fmt.Sprintf("%d steps", n) }}
)

// bar is the progress of one piece of work.
type bar struct {
	screen  *screen
	name    string
	began   time.Time
	tracker *progress.Tracker
	value   int64
}

// bar begins a piece of work. It shows once it has something to show.
func (s *screen) bar(name string, units progress.Units) *bar {
	return &bar{screen: s, name: name, began: time.Now(),
		tracker: &progress.Tracker{Message: name, Units: units}}
}

// rename says what is being worked on.
func (b *bar) rename(name string) { b.tracker.UpdateMessage(name) }

// set moves the bar. A total of 0 means that it is not known.
func (b *bar) set(done, total int64) {
	b.screen.mu.Lock()
	first := b.value == 0 && done > 0
	b.value = done
	b.screen.mu.Unlock()
	if first && b.screen.terminal && !b.screen.quiet {
		b.screen.render(b.tracker)
	}
	if total > 0 {
		b.tracker.UpdateTotal(max(total, done))
	}
	b.tracker.SetValue(done)
}

func (s *screen) render(t *progress.Tracker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bars == nil {
		s.bars = progress.NewWriter()
		s.bars.SetOutputWriter(s.err)
		s.bars.SetMessageLength(30)
		s.bars.SetTrackerLength(20)
		s.bars.SetUpdateFrequency(200 * time.Millisecond)
		s.bars.SetStyle(progress.StyleBlocks)
		s.bars.SetTrackerPosition(progress.PositionRight)
		s.bars.Style().Options.TimeInProgressPrecision = 100 * time.Millisecond
		s.bars.Style().Options.TimeDonePrecision = 100 * time.Millisecond
		s.bars.Style().Options.DoneString = "done"
		s.bars.Style().Visibility.ETA = false
		s.bars.Style().Visibility.Percentage = false
		s.bars.SetAutoStop(false)
		go s.bars.Render()
	}
	s.bars.AppendTracker(t)
}

// done ends a piece of work; one that never had anything to show stays silent.
func (b *bar) done(err error) {
	if err != nil {
		b.tracker.MarkAsErrored()
	} else {
		b.tracker.UpdateTotal(b.value)
		b.tracker.MarkAsDone()
	}
	if b.value == 0 || b.screen.quiet || b.screen.terminal || err != nil {
		return
	}
	b.screen.notef("%-34s %14s  %6.1f s", b.name, b.tracker.Units.Sprint(b.value), time.Since(b.began).Seconds())
}

// settle waits until the bars are drawn for the last time, so that what follows is not drawn over.
func (s *screen) settle() {
	s.mu.Lock()
	bars := s.bars
	s.bars = nil
	s.mu.Unlock()
	if bars == nil {
		return
	}
	bars.Stop()
	for bars.IsRenderInProgress() {
		time.Sleep(10 * time.Millisecond)
	}
}

// notef writes one line about the work to standard error.
func (s *screen) notef(format string, args ...any) {
	if s.quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf(format, args...)
	if s.bars != nil {
		s.bars.Log("%s", line)
		return
	}
	fmt.Fprintln(s.err, line)
}

// title writes a heading to standard output.
func (s *screen) title(words string) { fmt.Fprintf(s.out, "\n%s\n", s.bold(words)) }

func (s *screen) bold(words string) string {
	if !s.color {
		return words
	}
	return text.Bold.Sprint(words)
}

// paint writes words in a colour, where there are colours.
func (s *screen) paint(c text.Color, words string) string {
	if !s.color {
		return words
	}
	return c.EscapeSeq() + words + text.Reset.EscapeSeq()
}

// columns is how wide a terminal is taken to be.
const columns = 80

// facts writes names and their values.
func (s *screen) facts(rows [][]string) { s.table([]string{"", ">"}, rows) }

// places writes names and words, flush left.
func (s *screen) places(rows [][]string) { s.table([]string{"", ""}, rows) }

// table writes rows under headings; a column whose heading ends in '>' is set flush right. Without any heading there is
// no head.
func (s *screen) table(headings []string, rows [][]string) {
	t := table.NewWriter()
	t.SetOutputMirror(s.out)
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	header := make(table.Row, len(headings))
	configs := make([]table.ColumnConfig, len(headings))
	for i, h := range headings {
		header[i] = strings.TrimSuffix(h, ">")
		configs[i] = table.ColumnConfig{Number: i + 1}
		if strings.HasSuffix(h, ">") {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	if strings.Trim(strings.Join(headings, ""), ">") != "" {
		t.AppendHeader(header)
	}
	t.SetColumnConfigs(configs)
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = cell
		}
		t.AppendRow(cells)
	}
	t.Render()
}
