package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// connectionFlags say which ClickHouse and Kafka a command talks to: those named by flag or environment, else those of
// the local stack that runs on the data folder.
type connectionFlags struct {
	clickhouse, database, user string
	kafka                      string
	dataDir                    string
}

func (f *connectionFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.clickhouse, "clickhouse", os.Getenv("FUNNELCLOUD_CLICKHOUSE"), "host:port of ClickHouse's HTTP interface (default: the local stack's)")
	flags.StringVar(&f.database, "database", cmp.Or(os.Getenv("FUNNELCLOUD_DATABASE"), "funnelcloud"), "database")
	flags.StringVar(&f.user, "user", os.Getenv("FUNNELCLOUD_CLICKHOUSE_USER"), "ClickHouse user; its password is read from FUNNELCLOUD_CLICKHOUSE_PASSWORD")
	flags.StringVar(&f.kafka, "kafka", os.Getenv("FUNNELCLOUD_KAFKA"), "Kafka bootstrap addresses, comma-separated (default: the local stack's)")
	flags.StringVar(&f.dataDir, "data", cmp.Or(os.Getenv("FUNNELCLOUD_DATA"), defaultDataDir()), "data folder of the local stack")
}

func defaultDataDir() string {
	if home, err := os.UserHomeDir(); err == nil {
		return filepath.Join(home, ".funnelcloud")
	}
	return ".funnelcloud"
}

// open connects to ClickHouse and brings its tables up to date.
func (f *connectionFlags) open(ctx context.Context) (*warehouse.DB, error) {
	c, err := f.warehouse()
	if err != nil {
		return nil, err
	}
	return openWarehouse(ctx, c)
}

// migrate brings the tables up to date and says which schema files that took.
func (f *connectionFlags) migrate(ctx context.Context) (database string, applied []string, err error) {
	db, err := f.connect(ctx)
	if err != nil {
		return "", nil, err
	}
	applied, err = db.Migrate(ctx)
	return db.Database(), applied, errors.Join(err, db.Close())
}

// connect connects to ClickHouse and takes its tables as they are.
func (f *connectionFlags) connect(ctx context.Context) (*warehouse.DB, error) {
	c, err := f.warehouse()
	if err != nil {
		return nil, err
	}
	return warehouse.Open(ctx, c)
}

func (f *connectionFlags) warehouse() (warehouse.Config, error) {
	c := warehouse.Config{Addr: f.clickhouse, Database: f.database, User: f.user, Password: os.Getenv("FUNNELCLOUD_CLICKHOUSE_PASSWORD")}
	if c.Addr == "" {
		local, err := f.local()
		if err != nil {
			return c, err
		}
		c.Addr, c.User, c.Password = local.ClickHouse, local.User, local.Password
	}
	return c, nil
}

// use connects, works and disconnects.
func (f *connectionFlags) use(ctx context.Context, work func(db *warehouse.DB) error) error {
	db, err := f.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(work(db), db.Close())
}

func openWarehouse(ctx context.Context, c warehouse.Config) (*warehouse.DB, error) {
	db, err := warehouse.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// brokers are Kafka's addresses.
func (f *connectionFlags) brokers() ([]string, error) {
	if f.kafka != "" {
		return strings.Split(f.kafka, ","), nil
	}
	local, err := f.local()
	if err != nil {
		return nil, err
	}
	return []string{local.Kafka}, nil
}

func (f *connectionFlags) local() (address, error) {
	a, err := readAddress(f.dataDir)
	if errors.Is(err, os.ErrNotExist) {
		return a, fmt.Errorf("no ClickHouse and Kafka to talk to: start the local stack with 'funnelcloud up' in another terminal, or name servers with --clickhouse and --kafka (no stack runs on %s)", f.dataDir)
	}
	return a, err
}
