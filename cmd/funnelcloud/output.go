package main

import (
	"fmt"
	"slices"
	"strings"
)

// Forms of output. Every command that shows something writes the first two.
const (
	outputTable    = "table"
	outputJSON     = "json"
	outputCSV      = "csv"
	outputMarkdown = "markdown" // that of docs/truth.md
)

// validOutput refuses what is neither a table, nor JSON, nor one of the further forms that the command knows.
func validOutput(output string, further ...string) error {
	forms := append([]string{outputTable, outputJSON}, further...)
	if slices.Contains(forms, output) {
		return nil
	}
	last := len(forms) - 1
	return usageError{fmt.Errorf("--output %q: must be %s or %s", output, strings.Join(forms[:last], ", "), forms[last])}
}
