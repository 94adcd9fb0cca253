package collector

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Intercom signs with it; as an HMAC it is not broken
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// signatureAge is how old a signed request may be, where its signature says when it was made: an overheard request
// can't be played again later. Stripe, HubSpot and Standard Webhooks all name five minutes.
const signatureAge = 5 * time.Minute

var (
	errUnsigned  = errors.New("the request is not signed")
	errSignature = errors.New("the signature does not match")
	errStale     = errors.New("the signature is older or newer than five minutes")
)

// signed is a request as signatures see it.
type signed struct {
	method, url string
	header      http.Header
	body        []byte
	now         time.Time
}

// verifiers by webhook; all others are checked by verifyAny.
var verifiers = map[string]func(signed, string) error{
	"stripe": verifyStripe, "intercom": verifyIntercom, "hubspot": verifyHubspot,
}

// verify checks a request's signature against the secrets of its sender: several while one is being replaced.
func verify(name string, s signed, secrets []string) error {
	check := verifiers[name]
	if check == nil {
		check = verifyAny
	}
	err := errUnsigned
	for _, secret := range secrets {
		if err = check(s, secret); err == nil {
			return nil
		}
	}
	return err
}

func mac(algorithm func() hash.Hash, secret string, parts ...string) []byte {
	h := hmac.New(algorithm, []byte(secret))
	for _, p := range parts {
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// verifyStripe checks Stripe-Signature: t=seconds,v1=hex of HMAC-SHA256 over "t.body", of which there may be several
// (docs.stripe.com/webhooks, "verify manually").
func verifyStripe(s signed, secret string) error {
	header := s.header.Get("Stripe-Signature")
	if header == "" {
		return errUnsigned
	}
	at, signatures := "", []string{}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	want := mac(sha256.New, secret, at, ".", string(s.body))
	if !anyHex(signatures, want) {
		return errSignature
	}
	return s.fresh(at, time.Second)
}

// verifyIntercom checks X-Hub-Signature: sha1=hex of HMAC-SHA1 over the body, by the app's client secret.
func verifyIntercom(s signed, secret string) error {
	header := s.header.Get("X-Hub-Signature")
	if header == "" {
		return errUnsigned
	}
	signature, ok := strings.CutPrefix(header, "sha1=")
	if !ok || !anyHex([]string{signature}, mac(sha1.New, secret, string(s.body))) {
		return errSignature
	}
	return nil
}

// verifyHubspot checks version 3, base64 of HMAC-SHA256 over method, URL, body and timestamp in milliseconds, where it
// is there; else version 1, SHA-256 over secret and body, or 2, over secret, method, URL and body.
func verifyHubspot(s signed, secret string) error {
	if signature := s.header.Get("X-HubSpot-Signature-v3"); signature != "" {
		at := s.header.Get("X-HubSpot-Request-Timestamp")
		got, err := base64.StdEncoding.DecodeString(signature)
		if err != nil || !hmac.Equal(got, mac(sha256.New, secret, s.method, s.url, string(s.body), at)) {
			return errSignature
		}
		return s.fresh(at, time.Millisecond)
	}
	signature := s.header.Get("X-HubSpot-Signature")
	text := secret + string(s.body)
	switch s.header.Get("X-HubSpot-Signature-Version") {
	case "", "v1":
	case "v2":
		text = secret + s.method + s.url + string(s.body)
	default:
		return errSignature
	}
	if signature == "" {
		return errUnsigned
	}
	want := sha256.Sum256([]byte(text))
	if !anyHex([]string{signature}, want[:]) {
		return errSignature
	}
	return nil
}

// plainHeaders are where senders put an HMAC-SHA256 of the body, in hex or base64, with or without "sha256=" before it.
var plainHeaders = []string{"X-Signature", "X-Signature-256", "X-Hub-Signature-256", "X-Webhook-Signature"}

// verifyAny checks Standard Webhooks (standardwebhooks.com) where its headers are there, else an HMAC-SHA256 of the body.
func verifyAny(s signed, secret string) error {
	if id := s.header.Get("Webhook-Id"); id != "" {
		return verifyStandard(s, id, secret)
	}
	want := mac(sha256.New, secret, string(s.body))
	for _, name := range plainHeaders {
		value := s.header.Get(name)
		if value == "" {
			continue
		}
		value = strings.TrimPrefix(value, "sha256=")
		if decoded, err := base64.StdEncoding.DecodeString(value); err == nil && hmac.Equal(decoded, want) {
			return nil
		}
		if anyHex([]string{value}, want) {
			return nil
		}
		return errSignature
	}
	return errUnsigned
}

// verifyStandard checks "v1," and base64 of HMAC-SHA256 over "id.seconds.body"; the secret is base64 after "whsec_".
func verifyStandard(s signed, id, secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return fmt.Errorf("%w: the secret of a standard webhook is base64", errSignature)
	}
	at := s.header.Get("Webhook-Timestamp")
	want := mac(sha256.New, string(key), id, ".", at, ".", string(s.body))
	for part := range strings.FieldsSeq(s.header.Get("Webhook-Signature")) {
		if encoded, ok := strings.CutPrefix(part, "v1,"); ok {
			if got, err := base64.StdEncoding.DecodeString(encoded); err == nil && hmac.Equal(got, want) {
				return s.fresh(at, time.Second)
			}
		}
	}
	return errSignature
}

func anyHex(signatures []string, want []byte) bool {
	found := false
	for _, s := range signatures {
		got, err := hex.DecodeString(s)
		found = found || err == nil && hmac.Equal(got, want)
	}
	return found
}

func (s signed) fresh(at string, unit time.Duration) error {
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || n < 0 || n > int64(1<<62)/int64(unit) {
		return errStale
	}
	if age := s.now.Sub(time.Unix(0, 0).Add(time.Duration(n) * unit)).Abs(); age > signatureAge {
		return errStale
	}
	return nil
}
