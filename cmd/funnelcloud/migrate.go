package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const (
	keepRejectedVariable = "FUNNELCLOUD_KEEP_REJECTED"
	forEver              = "forever"
)

func newMigrate(connections *connectionFlags) *cobra.Command {
	var keep string
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the tables up to date; safe to repeat",
		Args:  arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			days, err := parseKeep(keep)
			if err != nil {
				return usageError{err}
			}
			s := newScreen(false)
			config, err := connections.warehouse()
			if err != nil {
				return err
			}
			db, err := warehouse.Open(c.Context(), config)
			if err != nil {
				return err
			}
			err = migrate(c.Context(), s, db)
			if err == nil && keep != "" {
				err = keepRejected(c.Context(), s, db, days)
			}
			return errors.Join(err, db.Close())
		},
	}
	c.Flags().StringVar(&keep, "keep-rejected", os.Getenv(keepRejectedVariable), "for how many days dead letters are kept, or "+forEver+" (default: as it was; "+
		"at first 90)")
	connections.register(c.Flags())
	return c
}

// migrate brings the tables up to date and says which schema files that took.
func migrate(ctx context.Context, s *screen, db *warehouse.DB) error {
	applied, err := db.Migrate(ctx)
	for _, file := range applied {
		fmt.Fprintf(s.out, "applied %s\n", strings.TrimPrefix(file, "schema/"))
	}
	if err == nil {
		fmt.Fprintf(s.out, "The tables of database %s are up to date; %d schema files were applied.\n", db.Database(), len(applied))
	}
	return err
}

// parseKeep reads a number of days; 0 is for ever.
func parseKeep(text string) (days uint32, err error) {
	if text == "" || text == forEver {
		return 0, nil
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(text, "d"), 10, 16)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("--keep-rejected %q: neither a number of days from 1 to 65535 nor %q", text, forEver)
	}
	return uint32(n), nil
}

func keepRejected(ctx context.Context, s *screen, db *warehouse.DB, days uint32) error {
	changed, err := ingest.KeepRejected(ctx, db, days)
	if err != nil {
		return err
	}
	howLong, now := "for ever", ""
	if days > 0 {
		howLong = fmt.Sprintf("for %d days after their last refusal", days)
	}
	if changed {
		now = "now "
	}
	fmt.Fprintf(s.out, "Dead letters are %skept %s.\n", now, howLong)
	return nil
}
