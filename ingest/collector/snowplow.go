package collector

import (
	"maps"
	"net/url"
	"slices"
)

var snowplowUser = [][]string{{"uid"}, {"duid"}, {"nuid"}, {"tnuid"}, {"sid"}}

// decodeSnowplow reads Snowplow's tracker protocol: a POST of events in data, or a GET (or POST) whose query is the event. An
// event stays the flat object of strings that the tracker sent. As Snowplow's own collector does, the browser's name is
// added from the request; the tracker does not send it.
func decodeSnowplow(c *call) (delivery, error) {
	var d delivery
	if err := c.parse(); err != nil {
		return d, err
	}
	doc := &c.document
	events := c.items()
	if data := doc.member(0, "data"); data != 0 {
		if doc.kind(data) != '[' {
			return d, envelopeError("data is not an array")
		}
		events = doc.elements(data)
	} else if doc.kind(0) != '[' && doc.empty(doc.member(0, "e")) {
		return d, envelopeError(`neither "data", an array of events, nor "e", the type of one event`)
	}
	var shared edits
	if c.userAgent != "" {
		shared.add = append(shared.add, addition{name: "ua", raw: quoted(c.userAgent)})
	}
	if c.ip != "" {
		shared.add = append(shared.add, addition{name: "ip", raw: quoted(c.ip)})
	}
	for _, n := range events {
		e := shared
		e.add = e.add[:len(e.add):len(e.add)]
		c.lacking(&e, n, "eid")
		if len(d.keys) == 0 { // a tracker names its application and has no key; that name is what can be checked
			d.keys = c.texts(n, []string{"aid"})
		}
		c.take(&d, n, doc.firstText(n, snowplowUser...), &e)
	}
	return d, nil
}

// queryObject is a query as an object of strings, in the order of their names, without those named. Of repeated
// parameters the first counts.
func queryObject(query url.Values, without ...string) []byte {
	out := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if slices.Contains(without, name) || len(query[name]) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(name)...), ':'), quoted(query[name][0])...)
	}
	return append(out, '}')
}
