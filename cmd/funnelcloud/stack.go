package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/ingest/broker"
	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// localPartitions is how many partitions a new topic of the local stack gets: enough for two consumers on two cores.
const localPartitions = 4

// stack is the local stack: ClickHouse and Kafka inside this process, on loopback.
type stack struct {
	clickhouse *chdb.Server
	kafka      *broker.Broker
	file       string
}

// stackOptions say where a local stack keeps its data and listens.
type stackOptions struct {
	dataDir    string
	ports      stackPorts
	partitions int // of each new topic
	topics     []string
	log        *slog.Logger
}

// stackPorts are the loopback ports of a local stack; 0 lets the system choose.
type stackPorts struct{ clickhouse, kafka int }

func (p *stackPorts) register(flags *pflag.FlagSet) {
	flags.IntVar(&p.clickhouse, "clickhouse-port", 0, "loopback port of the embedded ClickHouse; 0: any free one")
	flags.IntVar(&p.kafka, "kafka-port", 0, "loopback port of the embedded Kafka; 0: any free one")
}

// address is what other processes need to use a local stack. It is kept beside the data, readable by its owner alone.
type address struct {
	ClickHouse string `json:"clickhouse"`
	User       string `json:"user"`
	Password   string `json:"password"`
	Kafka      string `json:"kafka"`
	PID        int    `json:"pid"`
}

// startStack starts both servers, and on failure leaves none behind.
func startStack(ctx context.Context, screen *screen, o stackOptions) (*stack, error) {
	library, err := ensureEngine(ctx, screen)
	if err != nil {
		return nil, err
	}
	s := &stack{file: filepath.Join(o.dataDir, "stack.json")}
	s.clickhouse, err = chdb.Start(ctx, chdb.Options{
		Library: library, DataDir: filepath.Join(o.dataDir, "clickhouse"), Addr: loopback(o.ports.clickhouse), Logger: o.log})
	if err != nil {
		return nil, fmt.Errorf("start the embedded ClickHouse: %w", err)
	}
	s.kafka, err = broker.Start(ctx, broker.Options{
		Dir: filepath.Join(o.dataDir, "kafka"), Port: o.ports.kafka, Topics: o.topics, Partitions: o.partitions})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the embedded Kafka: %w", err), s.stop(ctx))
	}
	if err := s.writeAddress(); err != nil {
		return nil, errors.Join(err, s.stop(ctx))
	}
	return s, nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func ensureEngine(ctx context.Context, screen *screen) (string, error) {
	bar := screen.bar("Install the ClickHouse engine", unitBytes)
	library, err := chdb.Ensure(ctx, bar.set)
	bar.done(err)
	return library, err
}

func (s *stack) address() address {
	return address{
		ClickHouse: s.clickhouse.Addr(), User: s.clickhouse.User(), Password: s.clickhouse.Password(),
		Kafka: s.kafka.Addr(), PID: os.Getpid(),
	}
}

func (s *stack) writeAddress() error {
	text, err := json.MarshalIndent(s.address(), "", "  ")
	if err != nil {
		return fmt.Errorf("encode the stack's address: %w", err)
	}
	if err := os.WriteFile(s.file, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the stack's address: %w", err)
	}
	return nil
}

// announce says where the stack and the report's pages are and how to leave.
func (s *stack) announce(screen *screen, pages string) {
	a := s.address()
	screen.title("The stack is up; Ctrl-C stops it and loses nothing")
	screen.places([][]string{
		{"report", cmp.Or(pages, "not served")},
		{"ClickHouse", "http://" + a.ClickHouse},
		{"user, password", a.User + ", in " + s.file},
		{"Kafka", a.Kafka},
	})
}

// open connects to the stack's ClickHouse and brings its tables up to date.
func (s *stack) open(ctx context.Context) (*warehouse.DB, error) {
	a := s.address()
	return openWarehouse(ctx, warehouse.Config{Addr: a.ClickHouse, User: a.User, Password: a.Password})
}

// stop ends both servers, Kafka first: nothing new comes in while ClickHouse finishes. It may be called twice.
func (s *stack) stop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var failed []error
	if s.kafka != nil {
		failed = append(failed, s.kafka.Close())
	}
	if s.clickhouse != nil {
		failed = append(failed, s.clickhouse.Close(ctx))
	}
	if err := os.Remove(s.file); err != nil && !errors.Is(err, os.ErrNotExist) {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// readAddress finds the stack that runs on a data folder; os.ErrNotExist when none does.
func readAddress(dataDir string) (address, error) {
	text, err := os.ReadFile(filepath.Join(dataDir, "stack.json"))
	if err != nil {
		return address{}, err
	}
	var a address
	if err := json.Unmarshal(text, &a); err != nil {
		return address{}, fmt.Errorf("read %s: %w", filepath.Join(dataDir, "stack.json"), err)
	}
	return a, nil
}

// processLives says whether a process of this machine runs.
func processLives(pid int) bool { return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
