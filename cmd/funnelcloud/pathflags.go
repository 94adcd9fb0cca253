package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models/path"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// matchHelp explains what parseMatch reads.
const matchHelp = "A MATCH is names with * for anything, as 'Report *' or 'trial|demo'. It means events, or what stands before a\n" +
	"colon: stages:won, channels:Email, pages:/pricing*, meanings:signed_up."

// eventLog is the file that a command reads instead of the tables, and its columns.
type eventLog struct {
	log     string
	columns path.LogColumns
}

func (l *eventLog) register(flags *pflag.FlagSet) {
	flags.StringVar(&l.log, "log", "", "event log instead of the tables: CSV with a header or XES, gzip and zstd too; - is standard input")
	flags.StringVar(&l.columns.Case, "case", "case_id", "column of the log that names the case")
	flags.StringVar(&l.columns.Activity, "activity", "activity", "column with what happened")
	flags.StringVar(&l.columns.Time, "time", "timestamp", "column with the time")
}

// read reads the log whole, with the named columns as properties.
func (l *eventLog) read(properties []string) ([]path.History, error) {
	in, err := openText(l.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	return path.ReadHistories(in, l.columns, properties)
}

// selection is what paths and funnels have in common: whose events, when, which, and how they are parted.
type selection struct {
	unit, sessionGap, since, until string
	only, where, exclude, hold, by []string
	reports, report                string
}

func (s *selection) register(flags *pflag.FlagSet) {
	flags.StringVar(&s.unit, "unit", "person", "whose ways: person, account, session, or property:NAME for whatever shares a value of it; with --log each is a case, or a session of one")
	flags.StringVar(&s.sessionGap, "session-gap", "30m", "silence that ends a session, with --unit session")
	flags.StringVar(&s.since, "since", "", "count from this day, such as 2026-01-31")
	flags.StringVar(&s.until, "until", "", "count before this day")
	flags.StringArrayVar(&s.only, "only", nil, "MATCH: only units with such an event")
	flags.StringArrayVar(&s.where, "where", nil, "PROPERTY=VALUE that the events of --only must have; without --only any event")
	flags.StringArrayVar(&s.hold, "hold", nil, "property (with --log: column) whose value is the same all the way")
	flags.StringSliceVar(&s.by, "by", nil, "property (with --log: column) to split by")
	flags.StringVar(&s.reports, "reports", "", "file of saved reports (default: the built-in ones)")
	flags.StringVar(&s.report, "report", "", "show the saved report of this name; flags that say what to count are ignored")
}

// saved reads the file of saved reports, or the built-in ones.
func (s *selection) saved() (*path.Reports, error) { return readReports(s.reports) }

// readReports reads a file of saved reports; without one they are the built-in ones.
func readReports(file string) (*path.Reports, error) {
	if file == "" {
		return path.DefaultReports()
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	r, err := path.ParseReports(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// definition is the part of a definition that the selection decides.
func (s *selection) definition() (path.Definition, error) {
	d := path.Definition{Hold: s.hold, By: s.by}
	var faults []error
	d.Unit, d.Key, _ = strings.Cut(s.unit, ":")
	read := func(flag, text string, into interface{ UnmarshalText(text []byte) error }) {
		if text == "" {
			return
		}
		if err := into.UnmarshalText([]byte(text)); err != nil {
			faults = append(faults, fmt.Errorf("--%s %w", flag, err))
		}
	}
	read("since", s.since, &d.Since)
	read("until", s.until, &d.Until)
	read("session-gap", s.sessionGap, &d.SessionGap)
	var err error
	if d.Only, err = parseMatches(s.only); err != nil {
		faults = append(faults, fmt.Errorf("--only %w", err))
	}
	for _, pair := range s.where {
		property, value, found := strings.Cut(pair, "=")
		if !found || property == "" {
			faults = append(faults, fmt.Errorf("--where %q: must be PROPERTY=VALUE", pair))
			continue
		}
		if d.Only.Where == nil {
			d.Only.Where = map[string]string{}
		}
		d.Only.Where[property] = value
	}
	if len(d.Only.Where) > 0 && len(s.only) == 0 {
		d.Only.Events = []string{"*"}
	}
	if d.Exclude, err = parseMatches(s.exclude); err != nil {
		faults = append(faults, fmt.Errorf("--exclude %w", err))
	}
	return d, errors.Join(faults...)
}

// kindsOfMatch are what may stand before the colon.
var kindsOfMatch = []string{"events", "meanings", "pages", "stages", "channels"}

// parseMatches reads several matches into one that means any of them.
func parseMatches(texts []string) (path.Match, error) {
	var m path.Match
	for _, text := range texts {
		kind, names, found := strings.Cut(text, ":")
		if !found || !slices.Contains(kindsOfMatch, kind) {
			kind, names = "events", text
		}
		list := strings.Split(names, "|")
		if slices.Contains(list, "") {
			return m, fmt.Errorf("%q: an empty name; * means all", text)
		}
		switch kind {
		case "meanings":
			m.Meanings = append(m.Meanings, list...)
		case "pages":
			m.Pages = append(m.Pages, list...)
		case "stages":
			m.Stages = append(m.Stages, list...)
		case "channels":
			m.Channels = append(m.Channels, list...)
		default:
			m.Events = append(m.Events, list...)
		}
	}
	return m, nil
}

// onTables works on the tables, and says that a file would do too where there are none.
func onTables(c *cobra.Command, connections *connectionFlags, work func(ctx context.Context, db *warehouse.DB) error) error {
	if _, err := connections.warehouse(); err != nil {
		return fmt.Errorf("%w; or read a file with --log", err)
	}
	return connections.use(c.Context(), func(db *warehouse.DB) error { return work(c.Context(), db) })
}
