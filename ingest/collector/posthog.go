package collector

import (
	"strconv"
)

var (
	posthogUser    = [][]string{{"distinct_id"}, {"$distinct_id"}, {"properties", "distinct_id"}, {"properties", "$device_id"}}
	posthogKeys    = [][]string{{"api_key"}, {"token"}, {"$token"}, {"properties", "token"}}
	posthogSecrets = []string{"api_key", "token", "$token"}
)

// decodePosthog reads what PostHog's SDKs send to /batch, /e, /i/v0/e and /capture: an event, an array of events, or
// a batch under an api_key. posthog-js sends no timestamp but an offset, how many milliseconds ago the event was; only
// who receives it can make a time of that.
func decodePosthog(c *call) (delivery, error) {
	var d delivery
	if err := c.parse(); err != nil {
		return d, err
	}
	doc := &c.document
	events := c.items()
	var shared edits
	shared.drop = posthogSecrets
	if doc.kind(0) == '{' {
		d.keys = c.texts(0, posthogKeys...)
		d.backfill = doc.firstText(0, []string{"historical_migration"}) == "true"
		for _, name := range []string{"batch", "data"} {
			if batch := doc.member(0, name); batch != 0 && doc.kind(batch) == '[' {
				events = doc.elements(batch)
				c.carried(&shared, 0, "sent_at")
				break
			}
		}
		if c.endpoint == "batch" && len(events) == 1 && events[0] == 0 {
			return d, envelopeError(`a batch needs the member "batch", an array of events`)
		}
	} else if doc.kind(0) != '[' {
		return d, envelopeError("an event is an object")
	}
	if sent := c.query.Get("_"); sent != "" { // milliseconds since 1970, where posthog-js says when it sent
		if _, err := strconv.ParseUint(sent, 10, 53); err == nil && len(sent) <= 15 && sent[0] != '0' {
			shared.add = append(shared.add, addition{name: "sent_at", raw: []byte(sent)})
		}
	}
	inside := within{name: "properties", edits: edits{drop: posthogSecrets[1:]}}
	if c.ip != "" {
		inside.add = []addition{{name: "$ip", raw: quoted(c.ip)}}
	}
	shared.within = []within{inside}
	for _, n := range events {
		e := shared
		e.add = e.add[:len(e.add):len(e.add)]
		c.lacking(&e, n, "uuid")
		if offset := doc.member(n, "offset"); offset != 0 {
			if ago, ok := milliseconds(doc.raw(offset)); ok {
				e.add = append(e.add, addition{name: "timestamp", raw: quotedTime(c.receivedAt.Add(-ago))})
			}
		}
		if len(d.keys) == 0 {
			d.keys = c.texts(n, posthogKeys...)
		}
		c.take(&d, n, doc.firstText(n, posthogUser...), &e)
	}
	return d, nil
}
