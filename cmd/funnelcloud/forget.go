package main

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func newForget(connections *connectionFlags) *cobra.Command {
	var dryRun bool
	var output string
	c := &cobra.Command{
		Use:   "forget WHO",
		Short: "Remove a person from every table, for good: what a replay brings back goes too",
		Long: `Remove a person from every table: their events, the dead letters that mention them, their address in the events of
others, and their rows in all runs that are kept. WHO is an e-mail address, or a user, device or person id; all identifiers
of that person go with it.

Digests of the identifiers stay, so that each run removes what a replay or a topic read anew brings back. Rows of the
accounts that the person belonged to go too, and the next run computes those without the person. What Kafka and files hold
is not touched. Repeating the command is safe, and finishes one that was interrupted. See docs/identity.md.`,
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			if strings.TrimSpace(args[0]) == "" {
				return usageError{fmt.Errorf("WHO is empty: give an e-mail address, or a user, device or person id")}
			}
			return connections.use(c.Context(), func(db *warehouse.DB) error {
				return forget(c.Context(), newScreen(output == outputJSON), db, models.ForgetOptions{Who: namesOf(args[0]), DryRun: dryRun}, output)
			})
		},
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "count what would go, and change nothing")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	connections.register(c.Flags())
	return c
}

// namesOf is an identifier as written, and as sources hash it that declare it personal data.
func namesOf(who string) []string {
	names := []string{strings.TrimSpace(who)}
	if salt := os.Getenv(saltVariable); salt != "" {
		for _, name := range []string{names[0], strings.ToLower(names[0])} {
			h := hmac.New(sha256.New, []byte(salt))
			h.Write([]byte(name))
			names = append(names, hex.EncodeToString(h.Sum(nil)))
		}
	}
	return names
}

func forget(ctx context.Context, s *screen, db *warehouse.DB, o models.ForgetOptions, output string) error {
	f, err := models.Forget(ctx, db, o)
	s.settle()
	if err != nil {
		return err
	}
	if output == outputJSON {
		return writeJSON(s, f)
	}
	showForgotten(s, o.Who[0], f)
	return nil
}

func showForgotten(s *screen, who string, f models.Forgotten) {
	verb := "Removed"
	if f.DryRun {
		verb = "Would remove"
	}
	s.title(verb + " " + who)
	rows := make([][]string, 0, len(f.Tables))
	for _, t := range f.Tables {
		rows = append(rows, []string{t.Table, t.What, thousands(int64(t.Rows))})
	}
	if len(rows) > 0 {
		s.table([]string{"table", "what", "rows>"}, rows)
	}
	if !f.Before.IsZero() {
		fmt.Fprintf(s.out, "They were forgotten before, %s.\n", f.Before.Format("2006-01-02 15:04 UTC"))
	}
	if len(rows) == 0 {
		fmt.Fprintln(s.out, "No table holds anything of them.")
	}
	if len(f.TooShort) > 0 {
		fmt.Fprintf(s.out, "Dead letters were not searched for %s: too short, it stands in most of them.\n", strings.Join(f.TooShort, ", "))
	}
	switch {
	case f.DryRun:
		fmt.Fprintln(s.out, "This was a dry run: nothing was changed.")
	case len(rows) > 0:
		fmt.Fprintf(s.out, "%d identifiers are remembered as digests, request %s. Kafka keeps their messages as long as its retention says.\n",
			len(f.Identifiers), f.Request)
		fmt.Fprintf(s.out, "Run 'funnelcloud run' to compute %s anew.\n", cmp.Or(strings.Join(f.Accounts, ", "), "the figures"))
	}
}
