package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newRun(connections *connectionFlags) *cobra.Command {
	var options models.Options
	var definitions definitionFlags
	var every time.Duration
	var output, reports string
	c := &cobra.Command{
		Use:   "run",
		Short: "Compute people, touchpoints, stages, credit and paths from the events, and publish them at once",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			var err error
			if options.Reports, err = readReports(reports); err != nil {
				return err
			}
			if options.Definitions, err = definitions.load(); err != nil {
				return err
			}
			if err := definitions.loadRules(&options); err != nil {
				return err
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				s := newScreen(output == outputJSON)
				if every == 0 {
					return runOnce(c.Context(), s, db, options, output)
				}
				return runOnSchedule(c.Context(), s, db, options, output, every)
			})
		},
	}
	flags := c.Flags()
	registerCredit(flags, &options)
	flags.DurationVar(&options.SessionGap, "session-gap", 30*time.Minute, "silence that ends a session")
	flags.BoolVar(&options.SessionOverCampaigns, "session-over-campaigns", false, "another campaign (utm or click id) does not end a session")
	flags.StringSliceVar(&options.OwnDomains, "own-domain", nil, "e-mail domains of our own staff, marked as junk")
	flags.BoolVar(&options.FullRefresh, "full-refresh", false, "recompute every person and account, not only those that changed")
	flags.StringVar(&reports, "reports", "", "file of saved path reports and funnels (default: the built-in ones)")
	flags.DurationVar(&every, "every", 0, "run again after this pause, until stopped")
	flags.StringVar(&output, "output", outputTable, "table or json")
	definitions.register(flags)
	connections.register(flags)
	return c
}

func runOnce(ctx context.Context, s *screen, db *warehouse.DB, options models.Options, output string) error {
	report, err := runBatch(ctx, s, db, options)
	if err != nil {
		return err
	}
	return errors.Join(showRun(s, report, output), failedChecks(report.Checks))
}

// runOnSchedule runs until it is stopped. A run that fails is told and does not end the schedule: the next may find the
// fault mended.
func runOnSchedule(ctx context.Context, s *screen, db *warehouse.DB, options models.Options, output string, every time.Duration) error {
	for {
		if err := runOnce(ctx, s, db, options, output); err != nil {
			s.notef("funnelcloud: %v", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(every):
		}
	}
}

// runBatch runs the batch with its progress on the screen, then the data checks.
func runBatch(ctx context.Context, s *screen, db *warehouse.DB, o models.Options) (models.Report, error) {
	o.Version, o.Log = version(), warnings()
	progress := s.bar("Batch", unitSteps)
	finished := 0 // steps may run side by side
	o.Progress = func(step models.Step) {
		if step.Done {
			finished++
			progress.set(int64(finished), int64(step.Of))
		} else {
			progress.rename("Batch: " + step.Name)
		}
	}
	report, err := models.Run(ctx, db, o)
	progress.rename("Batch")
	progress.done(err)
	if err != nil {
		return report, err
	}
	if report.LeftOut, err = models.ReadLeftOut(ctx, db); err != nil {
		return report, err
	}
	report.Checks, err = models.RunChecks(ctx, db)
	return report, err
}

func showRun(s *screen, report models.Report, output string) error {
	s.settle()
	if output == outputJSON {
		return writeJSON(s, report)
	}
	s.title(fmt.Sprintf("Run %d: %s events in %.1f s", report.RunID, thousands(int64(report.Events)), report.Seconds))
	fmt.Fprintln(s.out, extentOf(report))
	fmt.Fprintln(s.out, peopleOf(report.Identity))
	rows := make([][]string, 0, len(report.Steps))
	for _, step := range report.Steps {
		rows = append(rows, []string{step.Name, thousands(int64(step.RowsIn)), thousands(int64(step.RowsOut)),
			strconv.FormatFloat(step.Seconds, 'f', 2, 64)})
	}
	s.table([]string{"step", "rows read>", "rows written>", "seconds>"}, rows)
	showLeftOut(s, report.LeftOut)
	showChecks(s, report.Checks)
	showRestated(s, report.Restated)
	return nil
}

// showRestated tells which figures of months that were over are others now.
func showRestated(s *screen, restated []models.Restated) {
	if len(restated) == 0 {
		return
	}
	s.title("Restated: figures of closed months that the run before gave otherwise")
	rows := make([][]string, 0, len(restated))
	for _, r := range restated {
		rows = append(rows, []string{wrap(r.Reason, 18), thousands(int64(r.Figures)), wrap(r.Largest, 26), fixed(r.Was) + " → " + fixed(r.Now)})
	}
	s.table([]string{"why", "figures>", "the largest", "conversions>"}, rows)
}

// extentOf tells how much a run computed, and why.
func extentOf(report models.Report) string {
	if report.FullBecause != "" {
		return "Everybody was computed: " + report.FullBecause + "."
	}
	return fmt.Sprintf("Only what changed was computed: %s people and %s accounts; the others stand as run %d left them.",
		thousands(int64(report.ChangedPersons)), thousands(int64(report.ChangedAccounts)), report.PreviousRunID)
}

func showChecks(s *screen, checks []models.Check) {
	s.title("Data checks")
	var noticed []models.Check
	rows := make([][]string, 0, len(checks))
	for _, check := range checks {
		verdict := "ok"
		switch {
		case check.Violations > 0 && check.Notice:
			verdict = "notice: " + thousands(int64(check.Violations))
			noticed = append(noticed, check)
		case check.Violations > 0:
			verdict = thousands(int64(check.Violations)) + " violations"
		}
		rows = append(rows, []string{check.Name, verdict})
	}
	s.table([]string{"check", "result>"}, rows)
	for _, check := range noticed {
		fmt.Fprintf(s.out, "notice %s: for example %s\n", check.Name, check.Example)
	}
}

// failedChecks is an error that names the checks that failed; notices are no failures.
func failedChecks(checks []models.Check) error {
	for _, check := range checks {
		if check.Violations > 0 && !check.Notice {
			return fmt.Errorf("data check %s: %d violations, for example %s; see queries/checks/%s.sql",
				check.Name, check.Violations, check.Example, check.Name)
		}
	}
	return nil
}

func newCheck(connections *connectionFlags) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "check",
		Short: "Run the data checks on the published run",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				checks, err := models.RunChecks(c.Context(), db)
				if err != nil {
					return err
				}
				left, err := models.ReadLeftOut(c.Context(), db)
				if err != nil {
					return err
				}
				s := newScreen(false)
				if output == outputJSON {
					err = writeJSON(s, checks)
				} else {
					showLeftOut(s, left)
					showChecks(s, checks)
				}
				return errors.Join(err, failedChecks(checks))
			})
		},
	}
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	connections.register(c.Flags())
	return c
}

func writeJSON(s *screen, value any) error {
	encoder := json.NewEncoder(s.out)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}
