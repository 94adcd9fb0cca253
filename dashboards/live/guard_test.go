package live

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyThisMachineMayRead(t *testing.T) {
	passed := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, c := range []struct {
		name, method, host string
		headers            map[string]string
		want               int
	}{
		{"by address", "GET", "127.0.0.1:8321", nil, 204},
		{"by name", "HEAD", "localhost:8321", nil, 204},
		{"IPv6", "GET", "[::1]:8321", nil, 204},
		{"without a port", "GET", "127.0.0.1", nil, 204},
		{"IPv6 without a port", "GET", "[::1]", nil, 204},
		{"a name that points here", "GET", "rebound.example:8321", nil, 421},
		{"a name that starts like loopback", "GET", "127.0.0.1.example", nil, 421},
		{"a name that ends like loopback", "GET", "evil.localhost.example:8321", nil, 421},
		{"another address", "GET", "192.0.2.1:8321", nil, 421},
		{"no host", "GET", "", nil, 421},
		{"writes", "POST", "localhost", nil, 405},
		{"deletes", "DELETE", "localhost", nil, 405},
		{"a link from elsewhere", "GET", "localhost", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 204},
		{"a picture on another site", "GET", "localhost", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		{"another port's script", "GET", "localhost", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "http://localhost/", nil)
		r.Host = c.host
		for name, value := range c.headers {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		guarded(passed).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: status %d, want %d", c.name, w.Code, c.want)
		}
		if w.Header().Get("Content-Security-Policy") != policy {
			t.Errorf("%s: no policy", c.name)
		}
	}
}

func TestPagesAreServedOnLoopbackOnly(t *testing.T) {
	listener, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), listener, http.NotFoundHandler()); err == nil {
		t.Error("pages are served to everybody")
	}
	if _, err := listener.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener was left open: %v", err)
	}
}

func TestServingEndsWithItsContext(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- Serve(ctx, listener, http.NotFoundHandler()) }()
	answer, err := http.Get("http://" + listener.Addr().String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("serving ended with %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("somebody still answers")
	}
}
