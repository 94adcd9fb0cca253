package warehouse_test

import (
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// The embedded engine speaks in the clear, so a proxy in front of it speaks TLS.
func TestClickHouseOverTLS(t *testing.T) {
	plain := queriestest.New(t).Config()
	proxy := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: plain.Addr}))
	defer proxy.Close()
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: proxy.Certificate().Raw})
	if err := os.WriteFile(trusted, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	secured := plain
	secured.Addr = proxy.Listener.Addr().String()

	secured.CAFile = trusted
	db, err := warehouse.Open(t.Context(), secured)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, rows, err := db.TableText(t.Context(), "SELECT count() FROM events", nil); err != nil || len(rows) != 1 {
		t.Errorf("over TLS: %v %v", rows, err)
	}
	if err := warehouse.Insert(t.Context(), db, "events_rejected", 0, []struct {
		Topic string `ch:"topic"`
	}{{"t"}}); err != nil {
		t.Error(err)
	}

	for want, c := range map[string]warehouse.Config{
		"certificate":           {Addr: secured.Addr, User: plain.User, Password: plain.Password, TLS: true},
		"no such file":          {Addr: secured.Addr, CAFile: filepath.Join(t.TempDir(), "none.pem")},
		"no PEM certificate":    {Addr: secured.Addr, CAFile: "tls_test.go"},
		"reach ClickHouse at ":  {Addr: secured.Addr, User: plain.User, Password: plain.Password},
		"reach ClickHouse at 1": {Addr: plain.Addr, User: plain.User, Password: plain.Password, TLS: true},
	} {
		if _, err := warehouse.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
