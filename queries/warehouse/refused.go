package warehouse

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// Refused says why ClickHouse refused a statement: a table that is missing, a right, too little memory. Not ok: it didn't, and
// the fault lies elsewhere, such as in reaching it.
func Refused(err error) (reason string, ok bool) {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		return exception.Message, true
	}
	return "", false
}

// WithFilters makes ClickHouse add a condition to whatever a statement reads from the named tables and views: its setting
// additional_table_filters. Conditions are SQL, in which parameters are not replaced.
func WithFilters(ctx context.Context, conditions map[string]string) context.Context {
	if len(conditions) == 0 {
		return ctx
	}
	return clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"additional_table_filters": mapLiteral(conditions)}))
}

// mapLiteral is a map as ClickHouse reads it.
func mapLiteral(values map[string]string) string {
	var text strings.Builder
	escape := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if text.Len() > 0 {
			text.WriteString(", ")
		}
		text.WriteString("'" + escape.Replace(key) + "': '" + escape.Replace(values[key]) + "'")
	}
	return "{" + text.String() + "}"
}
