package live

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/funnelcloud/funnelcloud/dashboards/report"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

func TestMain(m *testing.M) { os.Exit(queriestest.Main(m)) }

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
