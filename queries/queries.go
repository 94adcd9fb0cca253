// Package queries holds every SQL statement that funnelcloud runs. One file is one table, panel or check; a file's name
// is the name of what it makes. Parameters are ClickHouse's own, {name:Type}, so that each file also runs unchanged in a
// ClickHouse client.
package queries

import (
	"embed"
	"fmt"
)

// FS holds the files by their path below this folder, e.g. "marts/accounts.sql".
//
//go:embed schema ingest staging marts panels checks screens alerts
var FS embed.FS

// Read returns the text of one file by its path below this folder. The error names the file that is missing.
func Read(name string) (string, error) {
	text, err := FS.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("read query %s: %w", name, err)
	}
	return string(text), nil
}
