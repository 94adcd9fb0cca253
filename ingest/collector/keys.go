package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// keyring knows the write keys of each protocol by their digests, so that comparing takes the same time whatever is
// shown: neither a prefix nor the length of a key can be found out by measuring.
type keyring struct {
	open bool
	keys map[string][]keyDigest // by protocol
}

type keyDigest struct {
	digest [sha256.Size]byte
	topic  string
}

func newKeyring(o *Options) *keyring {
	ring := &keyring{open: o.Open, keys: map[string][]keyDigest{}}
	for _, k := range o.Keys {
		ring.keys[k.Protocol] = append(ring.keys[k.Protocol], keyDigest{sha256.Sum256([]byte(k.Secret)), k.Topic})
	}
	return ring
}

// topic is where the events of whoever shows these go; "" when none of them is known and a key is needed. All keys are
// compared, whether or not one has matched.
func (k *keyring) topic(protocol string, shown []string) string {
	found := ""
	for _, s := range shown {
		digest := sha256.Sum256([]byte(s))
		for i := range k.keys[protocol] {
			known := &k.keys[protocol][i]
			if subtle.ConstantTimeCompare(digest[:], known.digest[:]) == 1 {
				found = known.topic
			}
		}
	}
	if found == "" && k.open {
		return protocol
	}
	return found
}

// keyParameters are the query's parameters that SDKs put their key in.
var keyParameters = []string{"writeKey", "write_key", "api_key", "token"}

// shownKeys are the keys that a request shows outside its body: Segment's SDKs as the user of basic authentication,
// Jitsu's in a header, beacons and pixels in the query.
func shownKeys(h http.Header, query url.Values) []string {
	var shown []string
	authorization := h.Get("Authorization")
	if user, _, ok := basicUser(authorization); ok && user != "" {
		shown = append(shown, user)
	}
	if scheme, token, ok := strings.Cut(authorization, " "); ok && strings.EqualFold(scheme, "bearer") {
		shown = append(shown, strings.TrimSpace(token))
	}
	if key := h.Get("X-Write-Key"); key != "" {
		shown = append(shown, key)
	}
	for _, name := range keyParameters {
		if key := query.Get(name); key != "" && !slices.Contains(shown, key) {
			shown = append(shown, key)
		}
	}
	return shown
}

func basicUser(authorization string) (user, password string, ok bool) {
	return (&http.Request{Header: http.Header{"Authorization": {authorization}}}).BasicAuth()
}
