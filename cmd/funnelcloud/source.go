package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

func newSource() *cobra.Command {
	c := &cobra.Command{Use: "source", Short: "Look at, begin and test event sources", Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(newSourceList(), newSourceNew(), newSourceTest())
	return c
}

// sourceRow is a line of 'source list'.
type sourceRow struct {
	Name        string   `json:"name"`
	Topics      []string `json:"topics"`
	Format      string   `json:"format"`
	Samples     int      `json:"samples"`
	File        string   `json:"file"`
	Description string   `json:"description"`
}

func newSourceList() *cobra.Command {
	var files []string
	var output string
	c := &cobra.Command{
		Use: "list", Short: "List the event sources and their topics", Args: arguments(cobra.NoArgs),
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := validOutput(output); err != nil {
				return err
			}
			sources, err := joinSources(files)
			if err != nil {
				return err
			}
			var rows []sourceRow
			var cells [][]string
			for _, s := range sources {
				rows = append(rows, sourceRow{s.Name, s.Topics, s.Format(), len(s.Samples), s.File, s.Description})
				cells = append(cells, []string{s.Name, strings.Join(s.Topics, " "), s.Format(), fmt.Sprint(len(s.Samples)), s.File, shorten(s.Description, 50)})
			}
			screen := newScreen(false)
			if output == outputJSON {
				return writeJSON(screen, rows)
			}
			screen.table([]string{"source", "topics", "format", "samples>", "file", "description"}, cells)
			return nil
		},
	}
	c.Flags().StringSliceVar(&files, "source", nil, "further source definition files, or folders of them")
	c.Flags().StringVar(&output, "output", outputTable, "table or json")
	return c
}

func newSourceNew() *cobra.Command {
	var name, out string
	c := &cobra.Command{
		Use:   "new SAMPLE",
		Short: "Begin a source definition from a file with one message; - reads standard input",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			message, err := readMessage(args[0])
			if err != nil {
				return err
			}
			if name == "" {
				if args[0] == "-" {
					return usageError{errors.New("--name is needed where the message comes from standard input")}
				}
				name = strings.TrimSuffix(filepath.Base(args[0]), filepath.Ext(args[0]))
			}
			draft, err := source.Draft(name, message)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if out == "" {
				_, err = os.Stdout.Write(draft)
				return err
			}
			return createFile(out, draft)
		},
	}
	c.Flags().StringVar(&name, "name", "", "name of the source (default: the file's)")
	c.Flags().StringVar(&out, "out", "", "file to write (default: standard output)")
	return c
}

// createFile does not write over what somebody may have worked on.
func createFile(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; remove it or name another file", name)
	}
	if err != nil {
		return fmt.Errorf("write the source definition: %w", err)
	}
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	newScreen(false).notef("%s written; next: funnelcloud source test %s", name, name)
	return nil
}
