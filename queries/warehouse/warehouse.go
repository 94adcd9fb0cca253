// Package warehouse is a connection to ClickHouse, a server's or the embedded engine's alike: migrate, run the product's
// statements, and move rows in and out as Arrow record batches.
//
// Rows are plain structs whose fields carry a tag naming their column:
//
//	`ch:"touch_id"`          string, time.Time, []string, []float64, bool, integers and floats
//	`ch:"left_at,null"`      time.Time whose zero value is NULL
//	`ch:"value,decimal4"`    int64 in units of 1/10000, a Decimal(18, 4); []int64, an array of them, is only written
//
// clickhouse-go marks its Arrow formats as experimental and offers them over HTTP alone; only this package knows them.
package warehouse

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/funnelcloud/funnelcloud/queries"
)

// Config says where ClickHouse is. Password is never printed.
type Config struct {
	Addr     string // host:port of the HTTP interface
	Database string // created by Migrate; "funnelcloud" when empty
	User     string
	Password string
	TLS      bool   // HTTPS, with the system's certificates trusted
	Existing bool   // the database must be there: Open creates nothing
	CAFile   string // PEM file with the certificates to trust instead; means TLS
}

// DB is a pool of connections to one database. Its methods are safe for concurrent use.
type DB struct {
	conn     driver.Conn
	database string
	config   Config
}

// Params are the {name:Type} parameters of a statement.
type Params map[string]any

// Timestamp is a time as a parameter of type DateTime64(3, 'UTC'); the zero time is 1970.
func Timestamp(t time.Time) string {
	if t.IsZero() {
		t = time.UnixMilli(0)
	}
	return t.UTC().Format("2006-01-02 15:04:05.000")
}

// Open connects and makes sure that ClickHouse answers. The database need not exist yet.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.Database == "" {
		c.Database = "funnelcloud"
	}
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return nil, fmt.Errorf("open ClickHouse at %q: want host:port of its HTTP interface: %w", c.Addr, err)
	}
	trust, err := tlsConfig(c)
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %s: %w", c.Addr, err)
	}
	// The first connection names no database: it may not exist before Migrate.
	bootstrap, err := clickhouse.Open(options(c, "", trust))
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %s: %w", c.Addr, err)
	}
	defer func() { _ = bootstrap.Close() }()
	if err := bootstrap.Ping(ctx); err != nil {
		return nil, fmt.Errorf("reach ClickHouse at %s (is it running, are user and password right?): %w", c.Addr, cause(err))
	}
	if err := ensureDatabase(ctx, bootstrap, c); err != nil {
		return nil, err
	}
	conn, err := clickhouse.Open(options(c, c.Database, trust))
	if err != nil {
		return nil, fmt.Errorf("open ClickHouse at %s: %w", c.Addr, err)
	}
	return &DB{conn: conn, database: c.Database, config: c}, nil
}

// ensureDatabase creates the database where it is missing. It asks first: whoever may only use a database that is there
// need not have the right to create one.
func ensureDatabase(ctx context.Context, conn driver.Conn, c Config) error {
	var found uint64
	if err := conn.QueryRow(ctx, "SELECT count() FROM system.databases WHERE name = {name:String}", clickhouse.Named("name", c.Database)).Scan(&found); err != nil {
		return fmt.Errorf("look for database %s: %w", c.Database, err)
	}
	if found > 0 {
		return nil
	}
	if c.Existing {
		return fmt.Errorf("there is no database %s at %s, or user %q may not see it; 'funnelcloud migrate' makes it", c.Database, c.Addr, c.User)
	}
	if err := conn.Exec(ctx, "CREATE DATABASE IF NOT EXISTS "+quoteIdentifier(c.Database)); err != nil {
		return fmt.Errorf("create database %s: %w", c.Database, err)
	}
	return nil
}

// cause leaves out the address that an HTTP client puts before its error: it is long, and the caller names it already.
func cause(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

func options(c Config, database string, trust *tls.Config) *clickhouse.Options {
	return &clickhouse.Options{
		TLS:          trust,
		Protocol:     clickhouse.HTTP,
		Addr:         []string{c.Addr},
		Auth:         clickhouse.Auth{Database: database, Username: c.User, Password: c.Password},
		MaxOpenConns: 16,
		MaxIdleConns: 8,
		DialTimeout:  10 * time.Second,
		ReadTimeout:  time.Hour, // a batch step may compute for long before its first byte
		Settings: clickhouse.Settings{
			// Statements of the product are written for these: joins fill in NULL-free defaults, text stays text.
			"output_format_arrow_string_as_string":              1,
			"output_format_arrow_compression_method":            "none",
			"output_format_arrow_low_cardinality_as_dictionary": 0,
		},
	}
}

// Close returns the connections.
func (db *DB) Close() error { return db.conn.Close() }

// Conn is the driver's own connection, for inserts of columns and for results of unknown shape.
func (db *DB) Conn() driver.Conn { return db.conn }

// Database is the name of the database that statements without one refer to.
func (db *DB) Database() string { return db.database }

// Config is what the connection was opened with.
func (db *DB) Config() Config { return db.config }

// Exec runs the statements of a file of package queries, one after the other.
func (db *DB) Exec(ctx context.Context, file string, params Params) error {
	text, err := queries.Read(file)
	if err != nil {
		return err
	}
	for _, statement := range Statements(text) {
		if err := db.conn.Exec(ctx, statement, named(params)...); err != nil {
			return fmt.Errorf("run %s: %w", file, err)
		}
	}
	return nil
}

// Statement runs one statement given as text, for the few that name a table chosen at run time.
func (db *DB) Statement(ctx context.Context, statement string, params Params) error {
	if err := db.conn.Exec(ctx, statement, named(params)...); err != nil {
		return fmt.Errorf("run statement %.60q: %w", statement, err)
	}
	return nil
}

// named turns parameters into the driver's, sorted so that a statement's log line is the same every time.
func named(params Params) []any {
	args := make([]any, 0, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		args = append(args, clickhouse.Named(name, params[name]))
	}
	return args
}

// Statements splits the text of a file at semicolons that end a line, and drops whole-line comments.
func Statements(text string) []string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			kept.WriteString(line)
		}
	}
	var statements []string
	for statement := range strings.SplitSeq(kept.String()+"\n", ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			statements = append(statements, statement)
		}
	}
	return statements
}

func quoteIdentifier(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

// Code is ClickHouse's error code of err, 0 when it has none.
func Code(err error) int32 {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		return exception.Code
	}
	return 0
}
