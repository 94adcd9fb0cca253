package collector

import (
	"net/http"
	"slices"
)

// cors lets browsers send from other origins. Some SDKs send with credentials, which a browser allows only where the very
// origin is said back; nothing here looks at a cookie or sets one, so an origin gains nothing by it.
func (c *Collector) cors(next http.Handler) http.Handler {
	allowed := c.options.AllowOrigins
	anyOrigin := len(allowed) == 0 || slices.Contains(allowed, "*")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin != "" {
			h := w.Header()
			h.Add("Vary", "Origin")
			if anyOrigin || slices.Contains(allowed, origin) {
				h.Set("Access-Control-Allow-Origin", origin)
				h.Set("Access-Control-Allow-Credentials", "true")
			}
		}
		if r.Method == http.MethodOptions {
			preflight(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	if headers := r.Header.Get("Access-Control-Request-Headers"); headers != "" {
		h.Set("Access-Control-Allow-Headers", headers)
	}
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}
