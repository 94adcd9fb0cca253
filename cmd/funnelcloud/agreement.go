package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/quality"
)

func newDefinitionAgreement() *cobra.Command {
	var definitions definitionFlags
	var split, output string
	var misread int
	c := &cobra.Command{
		Use:   "agreement [FILE]",
		Short: "Measure how far the conversation rules agree with people who labelled messages",
		Long: "Measure how far the conversation rules agree with people who labelled messages: Cohen's kappa, and precision and\n" +
			"recall of each class with 95 % intervals. FILE is tab-separated: split, language, said, text, under these names;\n" +
			"said is intent, interest, none or a reason against. Without FILE: the messages that come with the program, of which\n" +
			"only the splits `blind` and `test` are unknown to the built-in rules.",
		Example: "  funnelcloud definition agreement\n  funnelcloud definition agreement ours.tsv --definitions definitions --misread 20",
		Args:    arguments(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			messages, err := labelledMessages(args)
			if err != nil {
				return err
			}
			if len(args) == 0 && !c.Flags().Changed("split") {
				split = "blind"
			}
			d, err := definitions.load()
			if err != nil {
				return err
			}
			a := d.Agreement(messages, split, "")
			if a.N == 0 {
				return usageError{fmt.Errorf("no labelled message of split %q", split)}
			}
			s := newScreen(output == outputJSON)
			if output == outputJSON {
				return writeJSON(s, a)
			}
			showAgreement(s, a)
			showMisread(s, d.Misread(messages, split), misread)
			return nil
		},
	}
	definitions.register(c.Flags())
	c.Flags().StringVar(&split, "split", "", "only messages of this split (default: all of FILE; blind without FILE)")
	c.Flags().IntVar(&misread, "misread", 0, "show so many of the messages that the rules read otherwise")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

// labelledMessages reads the file that is named, else those that come with the program.
func labelledMessages(args []string) ([]qualify.LabelledMessage, error) {
	if len(args) == 0 {
		return qualify.Labelled()
	}
	text, err := os.ReadFile(args[0])
	if errors.Is(err, os.ErrNotExist) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, fmt.Errorf("read labelled messages: %w", err)
	}
	messages, err := qualify.ParseLabelled(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", args[0], err)
	}
	return messages, nil
}

func showAgreement(s *screen, a quality.Agreement) {
	fmt.Fprintf(s.out, "%d messages: κ %.2f, %s of them read as people do.\n", a.N, a.Kappa, rateText(a.Accuracy))
	rows := make([][]string, 0, len(a.Classes))
	for _, class := range a.Classes {
		rows = append(rows, []string{class.Name, fmt.Sprint(class.Recall.Total), rateText(class.Precision), rateText(class.Recall)})
	}
	s.table([]string{"said", "messages>", "precision", "recall"}, rows)
}

// rateText is a rate with its interval; of nothing, none is known.
func rateText(r quality.Rate) string {
	if r.Total == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f (%.2f–%.2f)", r.Value, r.Low, r.High)
}

func showMisread(s *screen, all []qualify.Misreading, most int) {
	if most <= 0 || len(all) == 0 {
		return
	}
	s.title(fmt.Sprintf("Read otherwise: %d", len(all)))
	rows := make([][]string, 0, most)
	for _, m := range all[:min(most, len(all))] {
		rows = append(rows, []string{m.Said, m.Heard, wrap(m.Text, whyWidth+6)})
	}
	s.table([]string{"said", "heard", "message"}, rows)
}
