package collector

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// requestBytes is what a request costs beside its body.
const requestBytes = 16 << 10

// keepBuffers is the largest body whose buffers are used again: one huge request must not hold its memory for ever.
const keepBuffers = 256 << 10

// exchange is one request on its way from the wire to Kafka.
type exchange struct {
	*Collector
	w        http.ResponseWriter
	r        *http.Request
	route    *route
	endpoint string
	query    url.Values
	shown    []string // write keys
	held     *lease
	call     *call
	topic    string
	outcome  outcome
	clean    bool // nobody reads the call's buffers any more
}

// serve answers a route's requests.
func (c *Collector) serve(rt *route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		x := &exchange{Collector: c, w: w, r: r, route: rt, clean: true}
		x.outcome.status = http.StatusOK
		if err := x.collect(began); err != nil {
			x.refused(err)
		}
		x.route.answer(w, x.outcome)
		c.counts.requests.Add(1)
		c.metrics.answered(x.route.protocol, x.outcome.status, time.Since(began))
	})
}

func (x *exchange) refused(err error) {
	var why *refusal
	if !errors.As(err, &why) {
		why = &refusal{http.StatusBadRequest, "invalid", err.Error()}
	}
	x.outcome.refusal, x.outcome.status = why, x.route.said(why.status)
	why.headers(x.w.Header())
	x.counts.refused.Add(1)
	x.metrics.refused.WithLabelValues(x.route.protocol, why.reason).Inc()
	x.options.Logger.Info("request refused", "protocol", x.route.protocol, "status", x.outcome.status, "reason", why.reason, "detail", why.detail)
}

// said is the status that a protocol's SDKs understand. Snowplow's trackers try again, for ever and before anything else,
// whatever is not 400, 401, 403, 410 or 422: what can't be taken later either must be one of these.
func (rt *route) said(status int) int {
	if rt.protocol == protocolSnowplow && (status == http.StatusRequestEntityTooLarge || status == http.StatusUnsupportedMediaType) {
		return http.StatusBadRequest
	}
	return status
}

// collect brings the request's events to Kafka: whoever may not send is refused before the body costs anything, where
// the key is outside it.
func (x *exchange) collect(now time.Time) error {
	if err := x.begin(); err != nil {
		return err
	}
	x.held = x.budget.lease(x.route.protocol)
	defer x.held.release()
	if err := x.held.grow(requestBytes); err != nil {
		return err
	}
	x.call = x.scratch.Get().(*call)
	defer func() {
		if x.clean {
			x.putBack(x.call)
		}
	}()
	body, err := x.readBody(x.w, x.r, x.held, x.call.buffer)
	x.call.reset(body)
	if err != nil {
		return err
	}
	x.metrics.bytes.WithLabelValues(x.route.protocol).Add(float64(len(body)))
	x.outcome.bytes = len(body)
	x.call.endpoint, x.call.query, x.call.receivedAt, x.call.maxEvents = x.endpoint, x.query, now, x.options.MaxEvents
	x.call.userAgent, x.call.ip = x.r.UserAgent(), x.senderIP(x.r, x.query)
	x.call.lines = strings.Contains(x.r.Header.Get("Content-Type"), "ndjson")
	d, err := x.decode()
	if err != nil {
		return err
	}
	events, err := x.fitting(d.events)
	if err != nil {
		return err
	}
	if x.clean, err = x.producer.send(x.topic, events, now, d.backfill); err != nil {
		return err
	}
	x.outcome.taken = len(events)
	x.counts.events.Add(uint64(len(events)))
	x.metrics.events.WithLabelValues(x.topic).Add(float64(len(events)))
	return nil
}

var errUnknownKey = &refusal{http.StatusUnauthorized, "key", "the write key is missing or unknown"}

// begin looks at what comes before the body.
func (x *exchange) begin() error {
	var err error
	if x.query, err = url.ParseQuery(x.r.URL.RawQuery); err != nil {
		return refuse(http.StatusBadRequest, "query", "the query: %v", err)
	}
	x.endpoint = x.route.endpoint
	if x.endpoint == "" {
		x.endpoint = x.r.PathValue("type")
	}
	x.outcome.verbose, x.outcome.imports = x.query.Get("verbose") == "1", x.endpoint == "import"
	if x.route.protocol == protocolWebhook {
		if _, ok := x.webhooks[x.endpoint]; !ok {
			return refuse(http.StatusNotFound, "webhook", "there is no webhook %q here", clip(x.endpoint))
		}
		return nil
	}
	if x.route.protocol == protocolSegment && segmentTypes[x.endpoint] == "" {
		return refuse(http.StatusNotFound, "endpoint", "there is no call %q", clip(x.endpoint))
	}
	x.shown = shownKeys(x.r.Header, x.query)
	if len(x.shown) > 0 && !x.mayBeAmplitude() && x.keys.topic(x.route.protocol, x.shown) == "" {
		return errUnknownKey
	}
	return nil
}

// mayBeAmplitude: the paths of PostHog's and Amplitude's batches are the same, their bodies are not.
func (x *exchange) mayBeAmplitude() bool {
	return x.route.protocol == protocolPosthog && x.endpoint == "batch"
}

// decode makes events of the body, and finds out where they go and whether their sender may send there.
func (x *exchange) decode() (delivery, error) {
	if x.route.protocol == protocolWebhook {
		return x.decodeSigned()
	}
	in := x.call
	var err error
	if in.body, err = x.unwrap(in.buffer, x.r.Header.Get("Content-Type"), in.query, x.held); err != nil {
		return delivery{}, err
	}
	if len(in.body) == 0 && x.route.fromQuery != nil {
		in.body = x.route.fromQuery(in)
	}
	if len(in.body) == 0 {
		return delivery{}, refuse(http.StatusBadRequest, "empty", "the request has no body")
	}
	d, err := x.route.decode(in)
	if errors.Is(err, errEnvelope) && x.mayBeAmplitude() {
		if other, otherErr := decodeAmplitude(in); otherErr == nil {
			x.route, d, err = &amplitudeBatch, other, nil
		}
	}
	if err != nil {
		return d, decodeError(err)
	}
	shown := append(append(x.shown, d.keys...), shownKeys(nil, in.query)...) // the query has a form's members by now
	if x.topic = x.keys.topic(x.route.protocol, shown); x.topic == "" {
		return d, errUnknownKey
	}
	return d, nil
}

func (x *exchange) decodeSigned() (delivery, error) {
	source := x.webhooks[x.endpoint]
	s := signed{x.r.Method, x.publicURL(x.r) + x.r.URL.RequestURI(), x.r.Header, x.call.buffer, x.call.receivedAt}
	if err := verify(x.endpoint, s, source.secrets); err != nil {
		return delivery{}, refuse(http.StatusUnauthorized, "signature", "%v", err)
	}
	x.topic, x.call.body = source.topic, x.call.buffer
	d, err := x.route.decode(x.call)
	if err != nil {
		err = decodeError(err)
	}
	return d, err
}

func decodeError(err error) error {
	switch {
	case errors.Is(err, errTooMany):
		return refuse(http.StatusRequestEntityTooLarge, "too_many_events", "%v; send smaller batches", err)
	case errors.Is(err, errEnvelope):
		return refuse(http.StatusBadRequest, "envelope", "%v", err)
	}
	return refuse(http.StatusBadRequest, "json", "the body is no JSON: %v", err)
}

// fitting leaves out events that Kafka would not take. They can't be taken later either, and refusing the request for
// them would lose the rest of the batch, since SDKs give up a batch that is refused.
func (x *exchange) fitting(events []event) ([]event, error) {
	kept := events[:0]
	for _, e := range events {
		if len(e.value)+len(e.key) <= x.options.MaxEvent {
			kept = append(kept, e)
		}
	}
	n := len(events) - len(kept)
	if n == 0 {
		return kept, nil
	}
	if len(kept) == 0 {
		return nil, refuse(http.StatusRequestEntityTooLarge, "event_too_large", "an event is larger than %d bytes", x.options.MaxEvent)
	}
	x.outcome.tooLarge = n
	x.metrics.eventsRefused.WithLabelValues(x.topic, "too_large").Add(float64(n))
	x.options.Logger.Warn("events too large for Kafka were left out of a batch", "topic", x.topic, "events", n, "max_bytes", x.options.MaxEvent)
	return kept, nil
}

// reset leaves nothing of the request before but its buffers.
func (c *call) reset(body []byte) {
	c.document.text = nil
	*c = call{buffer: body, document: c.document, out: c.out[:0]}
}

// putBack keeps a call's buffers for the next request.
func (c *Collector) putBack(in *call) {
	if cap(in.buffer) <= keepBuffers && cap(in.out) <= keepBuffers && cap(in.document.nodes) <= keepBuffers/16 {
		in.reset(in.buffer)
		c.scratch.Put(in)
	}
}
