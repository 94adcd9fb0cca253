package models

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/queries"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// Check is the result of one data check of the published run.
type Check struct {
	Name       string    `ch:"check" json:"check"`
	Violations uint64    `ch:"violations" json:"violations"`
	Example    string    `ch:"example" json:"example,omitempty"`
	Notice     bool      `ch:"-" json:"notice,omitempty"` // worth a look, but no fault of the data
	CheckedAt  time.Time `ch:"checked_at" json:"-"`
}

// RunChecks runs every statement under queries/checks on the published run. Each returns the rows that break its rule, so
// no row is a pass. The results are recorded in table check_results, but for the notices, which come last: those under
// checks/notices find what may well be meant.
func RunChecks(ctx context.Context, db *warehouse.DB) ([]Check, error) {
	published, err := warehouse.SelectAll[publishedRun](ctx, db, "staging/published_runs.sql", nil)
	if err != nil {
		return nil, err
	}
	if len(published) == 0 {
		return nil, fmt.Errorf("nothing to check: no run was published yet; start one with: funnelcloud run")
	}
	results, err := runAll(ctx, db, "checks/*.sql")
	if err != nil {
		return nil, err
	}
	if err := warehouse.Insert(ctx, db, "check_results", published[0].RunID, results); err != nil {
		return nil, err
	}
	notices, err := runAll(ctx, db, "checks/notices/*.sql")
	for i := range notices {
		notices[i].Notice = true
	}
	return append(results, notices...), err
}

// runAll runs the statements of the files that a pattern matches.
func runAll(ctx context.Context, db *warehouse.DB, pattern string) ([]Check, error) {
	files, err := fs.Glob(queries.FS, pattern)
	if err != nil {
		return nil, fmt.Errorf("list checks: %w", err)
	}
	results := make([]Check, 0, len(files))
	for _, file := range files {
		result, err := check(ctx, db, file)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

func check(ctx context.Context, db *warehouse.DB, file string) (Check, error) {
	result := Check{Name: strings.TrimSuffix(path.Base(file), ".sql"), CheckedAt: time.Now().UTC()}
	names, rows, err := db.Table(ctx, file, nil)
	if err != nil {
		return result, err
	}
	result.Violations = uint64(len(rows))
	if len(rows) == 0 {
		return result, nil
	}
	example := map[string]any{}
	for i, name := range names {
		example[name] = rows[0][i]
	}
	text, err := json.Marshal(example)
	if err != nil {
		return result, fmt.Errorf("encode an example of check %s: %w", result.Name, err)
	}
	result.Example = string(text)
	return result, nil
}
