package collector

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// outcome is what became of a request.
type outcome struct {
	status   int
	taken    int // events acknowledged
	tooLarge int // events refused, while the others were taken
	bytes    int
	refusal  *refusal
	verbose  bool // a Mixpanel request that wants more than a digit
	imports  bool
}

// answer writes what an SDK of that protocol expects to read.
type answer func(http.ResponseWriter, outcome)

// gif is a transparent picture of one pixel.
const gif = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"

func answerSegment(w http.ResponseWriter, o outcome) {
	writeJSON(w, o.status, o.describe(map[string]any{"success": o.refusal == nil}))
}

func answerJitsu(w http.ResponseWriter, o outcome) {
	writeJSON(w, o.status, o.describe(map[string]any{"ok": o.refusal == nil}))
}

func answerPosthog(w http.ResponseWriter, o outcome) {
	status := 0
	if o.refusal == nil {
		status = 1
	}
	writeJSON(w, o.status, o.describe(map[string]any{"status": status}))
}

func answerAmplitude(w http.ResponseWriter, o outcome) {
	said := map[string]any{"code": o.status}
	if o.refusal == nil {
		said["events_ingested"], said["payload_size_bytes"], said["server_upload_time"] = o.taken, o.bytes, time.Now().UnixMilli()
	}
	writeJSON(w, o.status, o.describe(said))
}

func answerMixpanel(w http.ResponseWriter, o outcome) {
	switch {
	case o.imports && o.refusal == nil:
		writeJSON(w, o.status, o.describe(map[string]any{"code": o.status, "status": "OK", "num_records_imported": o.taken}))
	case o.refusal != nil:
		writeJSON(w, o.status, o.describe(map[string]any{"code": o.status, "status": 0}))
	case o.verbose:
		writeJSON(w, o.status, map[string]any{"status": 1, "error": nil})
	default:
		writeText(w, o.status, "1")
	}
}

func answerSnowplow(w http.ResponseWriter, o outcome) {
	if o.refusal != nil {
		answerSegment(w, o)
		return
	}
	writeText(w, o.status, "ok")
}

func answerPicture(w http.ResponseWriter, o outcome) {
	if o.refusal != nil {
		answerSegment(w, o)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/gif")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(o.status)
	_, _ = w.Write([]byte(gif)) // a sender that is gone has been served all the same
}

// describe adds what was refused and why.
func (o outcome) describe(said map[string]any) map[string]any {
	if o.refusal != nil {
		said["error"] = o.refusal.detail
	}
	if o.tooLarge > 0 {
		said["refused"] = o.tooLarge
		said["warning"] = "some events are too large and were not taken"
	}
	return said
}

func writeJSON(w http.ResponseWriter, status int, said map[string]any) {
	text, err := json.Marshal(said)
	if err != nil { // maps of texts and numbers always have an encoding
		text = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n'))
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

// settings are what analytics.js asks its CDN for: here they send its events to this collector.
func (c *Collector) settings(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	if c.keys.topic(protocolSegment, []string{key}) == "" {
		writeJSON(w, http.StatusNotFound, map[string]any{"success": false, "error": "no such write key"})
		return
	}
	scheme, host, _ := strings.Cut(c.publicURL(r), "://")
	writeJSON(w, http.StatusOK, map[string]any{
		"integrations": map[string]any{"Segment.io": map[string]any{"apiKey": key, "apiHost": host + "/v1", "protocol": scheme}},
		"plan":         map[string]any{"track": map[string]any{"__default": map[string]any{"enabled": true}}},
	})
}
