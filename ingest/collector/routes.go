package collector

import (
	"net/http"
)

// route is one endpoint of a protocol.
type route struct {
	pattern  string // of http.ServeMux, without the method
	methods  []string
	protocol string
	endpoint string // what the decoder is told; empty: the path's {type}
	decode   func(*call) (delivery, error)
	// fromQuery makes the body of a request whose event is in the query.
	fromQuery func(*call) []byte
	answer    answer
}

var (
	post        = []string{http.MethodPost}
	getAndPost  = []string{http.MethodGet, http.MethodPost}
	onlyPicture = []string{http.MethodGet}
)

// routes are where SDKs send to when they are pointed at the collector. A trailing slash makes no difference.
var routes = []route{
	// Segment's HTTP API, which RudderStack and Jitsu speak too; analytics.js uses the short names.
	{"/v1/{type}", post, protocolSegment, "", decodeSegment, nil, answerSegment},
	{"/v1/pixel/{type}", onlyPicture, protocolSegment, "", decodeSegment, segmentPixel, answerPicture},
	{"/pixel/v1/{type}", onlyPicture, protocolSegment, "", decodeSegment, segmentPixel, answerPicture},
	{"/beacon/v1/{type}", post, protocolSegment, "", decodeSegment, nil, answerSegment},
	{"/api/s/{type}", post, protocolSegment, "", decodeSegment, nil, answerJitsu},
	{"/api/s/s2s/{type}", post, protocolSegment, "", decodeSegment, nil, answerJitsu},

	// PostHog. Amplitude's batch API has the same path; its body has "events" where PostHog's has "batch".
	{"/batch", post, protocolPosthog, "batch", decodePosthog, nil, answerPosthog},
	{"/e", getAndPost, protocolPosthog, "capture", decodePosthog, nil, answerPosthog},
	{"/i/v0/e", getAndPost, protocolPosthog, "capture", decodePosthog, nil, answerPosthog},
	{"/capture", getAndPost, protocolPosthog, "capture", decodePosthog, nil, answerPosthog},

	{"/com.snowplowanalytics.snowplow/tp2", post, protocolSnowplow, "tp2", decodeSnowplow, nil, answerSnowplow},
	{"/i", onlyPicture, protocolSnowplow, "i", decodeSnowplow, snowplowPixel, answerPicture},

	{"/2/httpapi", post, protocolAmplitude, "httpapi", decodeAmplitude, nil, answerAmplitude},

	{"/track", getAndPost, protocolMixpanel, "track", decodeMixpanel, nil, answerMixpanel},
	{"/engage", getAndPost, protocolMixpanel, "engage", decodeMixpanel, nil, answerMixpanel},
	{"/groups", getAndPost, protocolMixpanel, "groups", decodeMixpanel, nil, answerMixpanel},
	{"/import", post, protocolMixpanel, "import", decodeMixpanel, nil, answerMixpanel},

	{"/webhooks/{type}", post, protocolWebhook, "", decodeWebhook, nil, answerSegment},
}

func snowplowPixel(c *call) []byte { return queryObject(c.query) }

// amplitudeBatch is what a PostHog batch becomes when its body is Amplitude's.
var amplitudeBatch = route{"/batch", post, protocolAmplitude, "batch", decodeAmplitude, nil, answerAmplitude}

// Handler serves all protocols, and what Monitor serves.
func (c *Collector) Handler() http.Handler {
	mux := http.NewServeMux()
	for i := range routes {
		r := &routes[i]
		for _, method := range r.methods {
			mux.Handle(method+" "+r.pattern, c.serve(r))
			mux.Handle(method+" "+r.pattern+"/{$}", c.serve(r))
		}
	}
	mux.HandleFunc("POST /v1/m", discard)
	mux.HandleFunc("GET /v1/projects/{key}/settings", c.settings)
	mux.HandleFunc("HEAD /webhooks/{type}", discard) // how Intercom and others look whether somebody is there
	c.monitor(mux, !c.options.HideMetrics)
	return c.cors(mux)
}

// discard takes what has nothing to say here: analytics.js reports its own timings to /v1/m.
func discard(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
