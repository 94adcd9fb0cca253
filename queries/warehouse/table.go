package warehouse

import (
	"context"
	"fmt"
	"reflect"

	"github.com/funnelcloud/funnelcloud/queries"
)

// Table runs a file's statement and returns its whole result, whatever its shape: column names, and rows of Go values as
// the driver gives them. It is for results that a person reads; Select streams.
func (db *DB) Table(ctx context.Context, file string, params Params) (names []string, rows [][]any, err error) {
	text, err := queries.Read(file)
	if err != nil {
		return nil, nil, err
	}
	statements := Statements(text)
	if len(statements) != 1 {
		return nil, nil, fmt.Errorf("select %s: want one statement, have %d", file, len(statements))
	}
	names, rows, err = db.TableText(ctx, statements[0], params)
	if err != nil {
		return nil, nil, fmt.Errorf("select %s: %w", file, err)
	}
	return names, rows, nil
}

// TableText is Table for a statement given as text, such as a panel's after its macros were expanded.
func (db *DB) TableText(ctx context.Context, text string, params Params) (names []string, rows [][]any, err error) {
	result, err := db.conn.Query(ctx, text, named(params)...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = result.Close() }()
	types := result.ColumnTypes()
	for result.Next() {
		targets := make([]any, len(types))
		for i, t := range types {
			targets[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := result.Scan(targets...); err != nil {
			return nil, nil, err
		}
		row := make([]any, len(types))
		for i, target := range targets {
			row[i] = reflect.ValueOf(target).Elem().Interface()
		}
		rows = append(rows, row)
	}
	return result.Columns(), rows, result.Err()
}
