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

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// connectionFlags say which ClickHouse and Kafka a command talks to: those named by flag or environment, else those of
// the local stack that runs on the data folder.
type connectionFlags struct {
	clickhouse, database, user string
	clickhouseTLS              bool
	clickhouseCA               string
	kafka                      string
	kafkaAccess                ingest.AccessOptions
	dataDir                    string
}

func (f *connectionFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.clickhouse, "clickhouse", os.Getenv("FUNNELCLOUD_CLICKHOUSE"), "host:port of ClickHouse's HTTP interface (default: the local stack's)")
	flags.StringVar(&f.database, "database", cmp.Or(os.Getenv("FUNNELCLOUD_DATABASE"), "funnelcloud"), "database")
	flags.StringVar(&f.user, "user", os.Getenv("FUNNELCLOUD_CLICKHOUSE_USER"), "ClickHouse user; its password is read from FUNNELCLOUD_CLICKHOUSE_PASSWORD")
	flags.StringVar(&f.kafka, "kafka", os.Getenv("FUNNELCLOUD_KAFKA"), "Kafka bootstrap addresses, comma-separated (default: the local stack's)")
	flags.BoolVar(&f.clickhouseTLS, "clickhouse-tls", os.Getenv("FUNNELCLOUD_CLICKHOUSE_TLS") == "true", "speak HTTPS to ClickHouse")
	flags.StringVar(&f.clickhouseCA, "clickhouse-ca", os.Getenv("FUNNELCLOUD_CLICKHOUSE_CA"), "PEM file with the certificates to trust for ClickHouse instead of the system's; means --clickhouse-tls")
	flags.BoolVar(&f.kafkaAccess.TLS, "kafka-tls", os.Getenv("FUNNELCLOUD_KAFKA_TLS") == "true", "speak TLS to Kafka")
	flags.StringVar(&f.kafkaAccess.CAFile, "kafka-ca", os.Getenv("FUNNELCLOUD_KAFKA_CA"), "PEM file with the certificates to trust for Kafka instead of the system's; means --kafka-tls")
	flags.StringVar(&f.kafkaAccess.User, "kafka-user", os.Getenv("FUNNELCLOUD_KAFKA_USER"), "Kafka user; its password is read from FUNNELCLOUD_KAFKA_PASSWORD")
	flags.StringVar(&f.kafkaAccess.Mechanism, "kafka-sasl", os.Getenv("FUNNELCLOUD_KAFKA_SASL"), "how Kafka checks the user: "+strings.Join(ingest.SASLMechanisms, ", ")+" (default: scram-sha-512)")
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

// look connects to ClickHouse and takes database and tables as they are.
func (f *connectionFlags) look(ctx context.Context) (*warehouse.DB, error) {
	c, err := f.warehouse()
	if err != nil {
		return nil, err
	}
	c.Existing = true
	return warehouse.Open(ctx, c)
}

func (f *connectionFlags) warehouse() (warehouse.Config, error) {
	c := warehouse.Config{Addr: f.clickhouse, Database: f.database, User: f.user, Password: os.Getenv("FUNNELCLOUD_CLICKHOUSE_PASSWORD"),
		TLS: f.clickhouseTLS, CAFile: f.clickhouseCA}
	if c.Addr == "" {
		local, err := f.local()
		if err != nil {
			return c, err
		}
		c = warehouse.Config{Addr: local.ClickHouse, Database: f.database, User: local.User, Password: local.Password}
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

// access is how Kafka lets us in. The local stack asks for nothing.
func (f *connectionFlags) access() (ingest.Access, error) {
	if f.kafka == "" {
		return ingest.Access{}, nil
	}
	o := f.kafkaAccess
	o.Password = os.Getenv("FUNNELCLOUD_KAFKA_PASSWORD")
	access, err := ingest.NewAccess(o)
	return access, wrongUsage(err)
}

func (f *connectionFlags) local() (address, error) {
	a, err := readAddress(f.dataDir)
	if errors.Is(err, os.ErrNotExist) {
		return a, fmt.Errorf("no ClickHouse and Kafka to talk to: start the local stack with 'funnelcloud up' in another terminal, or name servers with --clickhouse and --kafka (no stack runs on %s)", f.dataDir)
	}
	return a, err
}
