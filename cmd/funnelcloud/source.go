package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

func newSource() *cobra.Command {
	c := &cobra.Command{Use: "source", Short: "Look at and test event sources", Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newSourceList(), newSourceTest())
	return c
}

// loadSources are the built-in sources and those of the files given. A file's source replaces the built-in of its name.
func loadSources(files []string) ([]*source.Source, error) {
	sources, err := source.Builtin()
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		s, err := readSource(file)
		if err != nil {
			return nil, err
		}
		sources = slices.DeleteFunc(sources, func(other *source.Source) bool { return other.Name == s.Name })
		sources = append(sources, s)
	}
	if _, err := source.ByTopic(sources); err != nil {
		return nil, err
	}
	return sources, nil
}

func readSource(file string) (*source.Source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read source definition: %w", err)
	}
	return source.Parse(file, text)
}

func newSourceList() *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use: "list", Short: "List the event sources and their topics", Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			sources, err := loadSources(files)
			if err != nil {
				return err
			}
			rows := make([][]string, 0, len(sources))
			for _, s := range sources {
				rows = append(rows, []string{s.Name, strings.Join(s.Topics, " "), shorten(s.Description, 44)})
			}
			newScreen(false).table([]string{"source", "topics", "description"}, rows)
			return nil
		},
	}
	c.Flags().StringSliceVar(&files, "source", nil, "further source definition files")
	return c
}

func newSourceTest() *cobra.Command {
	var sample string
	c := &cobra.Command{
		Use:   "test FILE",
		Short: "Check a source definition on its own samples, or show what becomes of a message",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := readSource(args[0])
			if err != nil {
				return err
			}
			screen := newScreen(false)
			if sample == "" {
				return testSamples(screen, s)
			}
			message, err := os.ReadFile(sample)
			if err != nil {
				return fmt.Errorf("read sample: %w", err)
			}
			events, rejects := s.Try(bytes.TrimSpace(message), time.Now())
			showMapped(screen, events, rejects)
			if len(rejects) > 0 {
				return fmt.Errorf("%d of %d events were refused", len(rejects), len(rejects)+len(events))
			}
			return nil
		},
	}
	c.Flags().StringVar(&sample, "sample", "", "file with one message")
	return c
}

func testSamples(s *screen, definition *source.Source) error {
	failed := 0
	results := definition.CheckSamples()
	for _, result := range results {
		if len(result.Differences) == 0 {
			fmt.Fprintf(s.out, "ok    %s\n", result.Sample.Name)
			continue
		}
		failed++
		fmt.Fprintf(s.out, "FAIL  %s\n", result.Sample.Name)
		for _, difference := range result.Differences {
			fmt.Fprintf(s.out, "        %s\n", difference)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d samples of %s fail", failed, len(results), definition.File)
	}
	fmt.Fprintf(s.out, "%d samples of %s hold.\n", len(results), definition.File)
	return nil
}

func showMapped(s *screen, events []map[string]string, rejects []source.Reject) {
	for i, event := range events {
		s.title(fmt.Sprintf("Event %d", i+1))
		var rows [][]string
		for _, column := range slices.Sorted(maps.Keys(event)) {
			rows = append(rows, []string{column, shorten(event[column], 60)})
		}
		s.table([]string{"column", "value"}, rows)
	}
	for _, reject := range rejects {
		fmt.Fprintf(s.out, "\nRefused (event %d): %s: %s\n", reject.Item+1, reject.Reason, reject.Detail)
	}
}
