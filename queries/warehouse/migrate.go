package warehouse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/queries"
)

// schemaMigrations records which schema files were applied, and what they said then.
const schemaMigrations = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    name       String COMMENT 'File under queries/schema',
    checksum   String COMMENT 'SHA-256 of the file when it was applied',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When'
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY name
COMMENT 'Schema files that were applied'`

// Migrate applies the schema files that were not applied yet, in the order of their numbers, and returns their names.
// Files only ever move forward: one that was edited after it was applied is an error, since the tables would differ from
// what the file says; and one that this program doesn't know means that a newer program owns the tables (ErrNewerSchema),
// so nothing is touched. Migrate may be repeated and may be interrupted: every statement is IF NOT EXISTS.
func (db *DB) Migrate(ctx context.Context) ([]string, error) {
	if err := db.conn.Exec(ctx, schemaMigrations); err != nil {
		return nil, fmt.Errorf("create schema_migrations: %w", err)
	}
	known, err := db.appliedMigrations(ctx)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(queries.FS, "schema/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list schema files: %w", err)
	}
	if err := db.notNewer(files, known); err != nil {
		return nil, err
	}
	var applied []string
	for _, file := range files {
		done, err := db.applyMigration(ctx, file, known)
		if err != nil {
			return applied, err
		}
		if done {
			applied = append(applied, file)
		}
	}
	return applied, nil
}

// ErrNewerSchema says that the tables were made by a newer program than this.
var ErrNewerSchema = errors.New("the tables are newer than this program")

// notNewer refuses tables of the future: what their columns mean is not known here.
func (db *DB) notNewer(files []string, known map[string]string) error {
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if !slices.Contains(files, "schema/"+name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("migrate: %w: database %s has %s, and this program knows nothing after %s; use the version of funnelcloud that migrated it, or a newer one",
		ErrNewerSchema, db.database, strings.Join(unknown, ", "), strings.TrimPrefix(files[len(files)-1], "schema/"))
}

func (db *DB) appliedMigrations(ctx context.Context) (map[string]string, error) {
	rows, err := db.conn.Query(ctx, "SELECT name, checksum FROM schema_migrations FINAL")
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	known := map[string]string{}
	for rows.Next() {
		var name, checksum string
		if err := rows.Scan(&name, &checksum); err != nil {
			return nil, fmt.Errorf("read schema_migrations: %w", err)
		}
		known[name] = checksum
	}
	return known, rows.Err()
}

func (db *DB) applyMigration(ctx context.Context, file string, known map[string]string) (bool, error) {
	text, err := queries.Read(file)
	if err != nil {
		return false, err
	}
	name := strings.TrimPrefix(file, "schema/")
	sum := sha256.Sum256([]byte(text))
	checksum := hex.EncodeToString(sum[:])
	if was, ok := known[name]; ok {
		if was != checksum {
			return false, fmt.Errorf("migrate: %s was edited after it was applied to database %s: put the change into a new numbered file", name, db.database)
		}
		return false, nil
	}
	for _, statement := range Statements(text) {
		if err := db.conn.Exec(ctx, statement); err != nil {
			return false, fmt.Errorf("migrate: %s: %w", name, err)
		}
	}
	if err := db.conn.Exec(ctx, "INSERT INTO schema_migrations (name, checksum) VALUES ({name:String}, {checksum:String})",
		named(Params{"name": name, "checksum": checksum})...); err != nil {
		return false, fmt.Errorf("record migration %s: %w", name, err)
	}
	return true, nil
}
