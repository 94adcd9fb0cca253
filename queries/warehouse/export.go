package warehouse

import (
	"context"
	"fmt"
	"io"
)

// Export writes a whole table or view to w in one of ClickHouse's formats, streamed.
func (db *DB) Export(ctx context.Context, table, format string, w io.Writer) error {
	body, err := db.conn.QueryFormat(ctx, format, "SELECT * FROM {table:Identifier} ORDER BY ALL", named(Params{"table": table})...)
	if err != nil {
		return fmt.Errorf("export %s: %w", table, err)
	}
	defer func() { _ = body.Close() }()
	if _, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("export %s: %w", table, err)
	}
	return nil
}
