package live

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

// shared is the one database that tests read the fixture from: loading it takes longer than most of them.
var shared struct {
	sync.Once
	db *warehouse.DB
}

func loaded(t testing.TB) *warehouse.DB {
	t.Helper()
	shared.Do(func() {
		server := queriestest.Server(t)
		db, err := warehouse.Open(context.Background(), warehouse.Config{Addr: server.Addr(), Database: "live_fixture", User: server.User(), Password: server.Password()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		fixture.Load(t, db)
		// The fixture has touches without the events that they are made of.
		if err := db.Statement(t.Context(), "INSERT INTO events (source, event_id, kind, name, event_ts, url) SELECT 'web', touch_id, 'page', 'Page viewed', touch_ts, landing_page FROM touchpoints", nil); err != nil {
			t.Fatal(err)
		}
		shared.db = db
	})
	if shared.db == nil {
		t.Fatal("the fixture could not be loaded: see the first test that failed")
	}
	return shared.db
}

func handler(t testing.TB, query report.Query) http.Handler {
	t.Helper()
	h, err := Handler(Options{Query: query, ClickHouse: "127.0.0.1:8123", Company: "Café <&> Söhne", Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get asks for an address as a browser on this machine would.
func get(t testing.TB, h http.Handler, address string) (status int, body string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8321"+address, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
