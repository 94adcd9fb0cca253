// Package queriestest gives each test a fresh database on one embedded ClickHouse per test process. It never skips: an
// engine that is missing is installed, and a test whose engine cannot be had fails with the way to get it.
package queriestest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/chdb"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

var shared struct {
	sync.Mutex
	server *chdb.Server
	folder string
	err    error
	count  int
}

// Main runs a package's tests, then stops the engine and removes its data. Call it from TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }
func Main(m *testing.M) int {
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := shared.server.Close(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "stop the embedded ClickHouse:", err)
			code = max(code, 1)
		}
	}
	if shared.folder != "" {
		_ = os.RemoveAll(shared.folder)
	}
	return code
}

// Server is the engine that the tests of this process share.
func Server(t testing.TB) *chdb.Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.folder, shared.err = start(t.Context())
	}
	if shared.err != nil {
		t.Fatalf("these tests need an embedded ClickHouse: %v", shared.err)
	}
	return shared.server
}

func start(ctx context.Context) (*chdb.Server, string, error) {
	library, err := chdb.Ensure(ctx, nil)
	if err != nil {
		return nil, "", err
	}
	folder, err := os.MkdirTemp("", "funnelcloud-test-")
	if err != nil {
		return nil, "", err
	}
	server, err := chdb.Start(context.Background(), chdb.Options{Library: library, DataDir: folder})
	return server, folder, err
}

// Empty is a connection to a fresh database without any table.
func Empty(t testing.TB) *warehouse.DB {
	t.Helper()
	server := Server(t)
	shared.Lock()
	shared.count++
	name := fmt.Sprintf("test_%d_%s", shared.count, strings.Map(identifierRune, t.Name()))
	shared.Unlock()
	db, err := warehouse.Open(t.Context(), warehouse.Config{
		Addr: server.Addr(), Database: name[:min(len(name), 60)], User: server.User(), Password: server.Password()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { drop(t, db) })
	return db
}

// New is a connection to a fresh database with the product's tables.
func New(t testing.TB) *warehouse.DB {
	t.Helper()
	db := Empty(t)
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func drop(t testing.TB, db *warehouse.DB) {
	ctx := context.WithoutCancel(t.Context())
	if err := db.Statement(ctx, "DROP DATABASE IF EXISTS "+db.Database(), nil); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func identifierRune(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
		return r
	}
	return '_'
}
