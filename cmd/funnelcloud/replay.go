package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newReplay(connections *connectionFlags) *cobra.Command {
	var o ingest.ReplayOptions
	var registry registryFlags
	var files []string
	var since, output string
	c := &cobra.Command{
		Use:   "replay",
		Short: "Map dead letters again after a fix: what is an event now comes in, once; the rest keeps its new reason",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if err := validOutput(output); err != nil {
				return err
			}
			if o.Since, err = parseSince(since, time.Now()); err != nil {
				return usageError{err}
			}
			if o.Sources, err = loadSources(files); err != nil {
				return err
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				o.DB, o.SchemaRegistry = db, registry.options()
				return replay(c.Context(), o, output)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.Source, "source", "", "only what this source refused, or reads now")
	flags.StringVar(&o.Reason, "reason", "", "only what was refused for this reason")
	flags.StringVar(&o.Topic, "topic", "", "only messages of this topic")
	flags.StringVar(&since, "since", "", "only what was refused since then: a time such as 2026-01-31 or 2026-01-31T12:00:00Z, or an age such as 36h")
	flags.Uint64Var(&o.Limit, "limit", 0, "messages at most")
	flags.BoolVar(&o.DryRun, "dry-run", false, "show what would become of each, and write nothing")
	registry.register(flags)
	flags.StringSliceVar(&files, "definition", nil, "further source definition files")
	flags.StringVar(&output, "output", outputTable, "table or json")
	connections.register(flags)
	return c
}

// replay feeds the dead letters again and shows what became of them.
func replay(ctx context.Context, o ingest.ReplayOptions, output string) error {
	o.Logger = warnings()
	s := newScreen(output == outputJSON)
	var outcomes replayOutcomes
	o.Each = func(r ingest.Replayed) {
		outcomes.add(r)
		if o.DryRun && output == outputTable {
			fmt.Fprintln(s.out, outcomeLine(r))
		}
	}
	bar := s.bar("Replay", unitRows)
	if !o.DryRun {
		o.Progress = func(done, of int) { bar.set(int64(done), int64(of)) }
	}
	stats, err := ingest.Replay(ctx, o)
	bar.done(err)
	s.settle()
	if err != nil {
		return err
	}
	if output == outputJSON {
		return writeJSON(s, struct {
			ingest.ReplayStats
			DryRun   bool            `json:"dry_run"`
			Outcomes []replayOutcome `json:"outcomes"`
		}{stats, o.DryRun, outcomes.sorted()})
	}
	outcomes.show(s, stats, o.DryRun)
	return nil
}

// parseSince reads a date, an instant or an age; "" is the beginning of time.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	return time.Time{}, fmt.Errorf("--since %q: neither a time such as 2026-01-31T12:00:00Z nor an age such as 36h", text)
}

func outcomeLine(r ingest.Replayed) string {
	was := fmt.Sprintf("%s/%d:%d", r.Topic, r.Partition, r.Offset)
	if r.Item > 0 {
		was += fmt.Sprintf(", item %d", r.Item)
	}
	if r.Reason == "" {
		return fmt.Sprintf("%s: %s -> event of %s", was, r.WasReason, r.Source)
	}
	return fmt.Sprintf("%s: %s -> %s: %s", was, r.WasReason, r.Reason, r.Detail)
}

// replayOutcome counts the letters of which the same became. Now is "event", or why they are refused still.
type replayOutcome struct {
	Topic   string `json:"topic"`
	Was     string `json:"was"`
	Now     string `json:"now"`
	Letters uint64 `json:"letters"`
	Example string `json:"example"`
}

const becameEvent = "event"

type replayOutcomes []replayOutcome

func (o *replayOutcomes) add(r ingest.Replayed) {
	now := r.Reason
	if now == "" {
		now = becameEvent
	}
	i := slices.IndexFunc(*o, func(k replayOutcome) bool { return k.Topic == r.Topic && k.Was == r.WasReason && k.Now == now })
	if i < 0 {
		i = len(*o)
		*o = append(*o, replayOutcome{Topic: strings.Clone(r.Topic), Was: strings.Clone(r.WasReason), Now: now, Example: strings.Clone(r.Detail)})
	}
	(*o)[i].Letters++
}

func (o *replayOutcomes) sorted() []replayOutcome {
	slices.SortStableFunc(*o, func(a, b replayOutcome) int { return int(b.Letters) - int(a.Letters) })
	return append([]replayOutcome{}, *o...)
}

func (o *replayOutcomes) show(s *screen, stats ingest.ReplayStats, dry bool) {
	if stats.Messages == 0 {
		fmt.Fprintln(s.out, "There are no dead letters of that kind.")
		return
	}
	s.title("What became of the dead letters")
	rows := [][]string{}
	for _, k := range o.sorted() {
		rows = append(rows, []string{k.Topic, k.Was, k.Now, thousands(int64(k.Letters))})
	}
	s.table([]string{"topic", "was refused for", "is now", "letters>"}, rows)
	for _, k := range o.sorted() {
		if k.Now != becameEvent {
			fmt.Fprintf(s.out, "%s, for example: %s\n", k.Now, shorten(k.Example, 120))
		}
	}
	verb := "came in"
	if dry {
		verb = "would come in (this was a dry run)"
	}
	fmt.Fprintf(s.out, "\n%s dead letters of %s messages: %s mended, %s still refused; %s events %s.\n", thousands(int64(stats.Letters)),
		thousands(int64(stats.Messages)), thousands(int64(stats.Mended)), thousands(int64(stats.Refused)), thousands(int64(stats.Events)), verb)
	if stats.Mended > 0 && !dry {
		fmt.Fprintln(s.out, "Run 'funnelcloud run' to let them count.")
	}
}
