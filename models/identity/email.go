package identity

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed freemail.txt
var freeMailText string

//go:embed disposable.txt
var disposableText string

var (
	freeMail   = sync.OnceValue(func() map[string]bool { return wordSet(freeMailText) })
	disposable = sync.OnceValue(func() map[string]bool { return wordSet(disposableText) })
)

// wordSet reads words separated by white space; a line that starts with # is a comment.
func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, word := range strings.Fields(line) {
			set[word] = true
		}
	}
	return set
}

// SplitEmail returns the local part and the domain of an address in lower case, with ok false for what cannot be one.
// It is strict about what an address book accepts and knows nothing of comments or quoted local parts (RFC 5322).
func SplitEmail(email string) (local, domain string, ok bool) {
	email = strings.ToLower(strings.TrimSpace(email))
	at := strings.LastIndexByte(email, '@')
	if at <= 0 || len(email) > 254 || at > 64 {
		return "", "", false
	}
	local, domain = email[:at], email[at+1:]
	if strings.ContainsAny(local, " \t\r\n@,;:<>()[]\\\"") || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") {
		return "", "", false
	}
	return local, domain, validDomain(domain)
}

func validDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if !validLabel(label) {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, r := range label {
		plain := r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r > 127
		if !plain {
			return false
		}
	}
	return true
}

// listed reports whether a domain or one of its parents is in the list.
func listed(list map[string]bool, domain string) bool {
	for {
		if list[domain] {
			return true
		}
		_, parent, more := strings.Cut(domain, ".")
		if !more {
			return false
		}
		domain = parent
	}
}
