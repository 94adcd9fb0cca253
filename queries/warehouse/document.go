package warehouse

import (
	"context"
	"fmt"
	"strings"
)

// Document describes every table of the database in Markdown, from the comments in ClickHouse itself.
func Document(ctx context.Context, db *DB) (string, error) {
	_, tables, err := db.Table(ctx, "screens/tables.sql", nil)
	if err != nil {
		return "", err
	}
	_, columns, err := db.Table(ctx, "screens/columns.sql", nil)
	if err != nil {
		return "", err
	}
	var page strings.Builder
	page.WriteString("# Tables\n\nGenerated from the COMMENTs in `queries/schema`; don't edit. " +
		"`X_by_run` holds the rows of all kept runs, and the view `X` shows those of the published run: read the view.\n")
	for _, t := range tables {
		name, engine, key, comment := t[0].(string), t[1].(string), t[2].(string), t[3].(string)
		fmt.Fprintf(&page, "\n## %s\n\n%s.\n\n%s", name, strings.TrimSuffix(comment, "."), engine)
		if key != "" {
			fmt.Fprintf(&page, ", ordered by %s", key)
		}
		page.WriteString(".\n")
		if engine == "View" {
			continue
		}
		page.WriteString("\n| column | type | meaning |\n| --- | --- | --- |\n")
		for _, c := range columns {
			if c[0].(string) == name {
				fmt.Fprintf(&page, "| %s | %s | %s |\n", c[1], cell(c[2].(string)), cell(c[3].(string)))
			}
		}
	}
	return page.String(), nil
}

// cell escapes what would end a Markdown table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
