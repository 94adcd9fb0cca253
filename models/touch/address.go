package touch

import "strings"

// host returns the host of a web address in lower case, without user, port and a leading www., and "" where there is
// none. It reads what sessions.sql's regular expressions read, on any input, which net/url (strict) would not.
func host(address string) string {
	rest, ok := afterScheme(address)
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	if colon := strings.IndexByte(rest, ':'); colon >= 0 {
		rest = rest[:colon]
	}
	return strings.TrimPrefix(lowerASCII(rest), "www.")
}

// path returns the path of a web address without query and fragment; "/" for a bare host, "" for no address.
func path(address string) string {
	rest, ok := afterScheme(address)
	if !ok {
		return ""
	}
	start := strings.IndexAny(rest, "/?#")
	if start < 0 || rest[start] != '/' {
		return "/"
	}
	rest = rest[start:]
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

func afterScheme(address string) (string, bool) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme == "" {
		return "", false
	}
	for i := range len(scheme) {
		c := scheme[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '.' || c == '-')) {
			return "", false
		}
	}
	return rest, true
}

// lowerASCII lowers what ClickHouse's lower() lowers, byte by byte, and leaves every other byte alone.
func lowerASCII(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 'A' && r <= 'Z' }) < 0 {
		return s
	}
	lower := []byte(s)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return string(lower)
}

// sameSite reports whether one host is the other or a subdomain of it.
func sameSite(a, b string) bool {
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// under reports whether a host is one of the domains or a subdomain of one.
func under(host string, domains []string) bool {
	for _, d := range domains {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}
