package collector

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// senderIP is the sender's address where it is to be kept, and the sender has not asked that it is not.
func (c *Collector) senderIP(r *http.Request, query url.Values) string {
	if !c.options.KeepIP || query.Get("ip") == "0" || r.Header.Get("SP-Anonymous") != "" {
		return ""
	}
	if c.options.TrustForwarded {
		first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-For"), ",")
		if a, err := netip.ParseAddr(strings.TrimSpace(first)); err == nil {
			return a.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// publicURL is scheme and host as senders see them.
func (c *Collector) publicURL(r *http.Request) string {
	if c.options.PublicURL != "" {
		return strings.TrimSuffix(c.options.PublicURL, "/")
	}
	if r.TLS != nil || c.options.TrustForwarded && r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
