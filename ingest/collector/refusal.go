package collector

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
)

// refusal is why a request is not taken, for its sender and for the metrics.
type refusal struct {
	status int
	reason string // label of a metric: one of a few words
	detail string // for the sender
}

func (r *refusal) Error() string { return r.detail }

func refuse(status int, reason, format string, arguments ...any) error {
	return &refusal{status, reason, fmt.Sprintf(format, arguments...)}
}

// Retry-After is between these, by chance, so that senders refused together don't come back together.
const minRetrySeconds, maxRetrySeconds = 1, 5

func (r *refusal) headers(h http.Header) {
	if r.status == http.StatusServiceUnavailable || r.status == http.StatusTooManyRequests {
		h.Set("Retry-After", strconv.Itoa(minRetrySeconds+rand.IntN(maxRetrySeconds-minRetrySeconds+1)))
	}
	if r.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="write key"`)
	}
}
