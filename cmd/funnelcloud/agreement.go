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
			"recall of each class, and both by language, with 95 % intervals. FILE is tab-separated: split, language, said, text, under these names;\n" +
			"said is intent, interest, none or a reason against. Without FILE: the messages that come with the program, of which\n" +
			"only the splits `inbox`, `blind` and `test` are unknown to the built-in rules. \\n in a text ends a line of it.",
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
				split = "inbox"
			}
			d, err := definitions.load()
			if err != nil {
				return err
			}
			a := d.Agreements(messages, split)
			if a.N == 0 {
				return usageError{fmt.Errorf("no labelled message of split %q", split)}
			}
			s := newScreen(output == outputJSON)
			if output == outputJSON {
				return writeJSON(s, a)
			}
			showAgreement(s, a)
			if len(args) > 0 && !c.Flags().Changed("misread") {
				misread = misreadOfYours
			}
			showMisread(s, d.Misread(messages, split), misread)
			return nil
		},
	}
	definitions.register(c.Flags())
	c.Flags().StringVar(&split, "split", "", "only messages of this split (default: all of FILE; inbox without FILE)")
	c.Flags().IntVar(&misread, "misread", 0, "show so many of the messages that the rules read otherwise (default: 20 of FILE, else none)")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

// misreadOfYours are shown of the user's own file. Of the program's messages none are: whoever mends rules by what is misread of
// them has no measure left.
const misreadOfYours = 20

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

func showAgreement(s *screen, a qualify.Agreements) {
	fmt.Fprintf(s.out, "%d messages: κ %s, %s of them read as people do. Of intent or not: κ %s.\n",
		a.N, kappaText(a.Agreement), rateText(a.Accuracy), kappaText(a.Intent))
	rows := make([][]string, 0, len(a.Classes))
	for _, class := range a.Classes {
		rows = append(rows, []string{class.Name, fmt.Sprint(class.Recall.Total), rateText(class.Precision), rateText(class.Recall)})
	}
	s.table([]string{"said", "messages>", "precision", "recall"}, rows)
	s.title("By language")
	rows = rows[:0]
	for _, l := range a.Languages {
		yes := l.Classes.Of(qualify.ClassIntent)
		rows = append(rows, []string{l.Language, fmt.Sprint(l.Classes.N), kappaText(l.Classes), kappaText(l.Intent), rateText(yes.Precision), rateText(yes.Recall)})
	}
	s.table([]string{"language", "messages>", "κ", "κ of intent or not", "intent: precision", "intent: recall"}, rows)
}

func kappaText(a quality.Agreement) string {
	return fmt.Sprintf("%.2f (%.2f–%.2f)", a.Kappa, a.KappaLow, a.KappaHigh)
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
