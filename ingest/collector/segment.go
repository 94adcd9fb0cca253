package collector

// segmentTypes are the calls of Segment's API by the last part of their path; analytics.js shortens them to a letter.
var segmentTypes = map[string]string{
	"track": "track", "t": "track",
	"page": "page", "p": "page",
	"screen": "screen", "s": "screen",
	"identify": "identify", "i": "identify",
	"group": "group", "g": "group",
	"alias": "alias", "a": "alias",
	"batch": "batch", "b": "batch",
	"import": "import",
	"event":  "event",
}

var (
	segmentUser    = [][]string{{"userId"}, {"anonymousId"}, {"previousId"}, {"groupId"}}
	segmentSecrets = []string{"writeKey"}
)

// decodeSegment reads Segment's calls as its SDKs, RudderStack's and Jitsu's send them: one call, a batch of calls, or an
// array of them. Each call gets what its batch says for all: sentAt, receivedAt, integrations, context.
func decodeSegment(c *call) (delivery, error) {
	d := delivery{backfill: c.endpoint == "import"}
	if err := c.parse(); err != nil {
		return d, err
	}
	doc := &c.document
	d.keys = c.texts(0, segmentSecrets)
	calls, shared := c.items(), edits{drop: segmentSecrets}
	batch := doc.member(0, "batch")
	switch {
	case batch != 0 && doc.kind(batch) != '[':
		return d, envelopeError("batch is not an array")
	case batch != 0:
		calls = doc.elements(batch)
		c.carried(&shared, 0, "sentAt", "receivedAt", "integrations")
	case c.endpoint == "batch" && doc.kind(0) != '[':
		return d, envelopeError(`a batch needs the member "batch", an array of calls`)
	case doc.kind(0) != '[' && doc.kind(0) != '{':
		return d, envelopeError("a call is an object")
	}
	if kind := segmentTypes[c.endpoint]; kind != "batch" && kind != "import" && kind != "event" && batch == 0 {
		shared.add = append(shared.add, addition{name: "type", raw: quoted(kind)})
	}
	context := c.segmentContext(batch)
	if len(context.add) > 0 {
		shared.within = []within{{"context", context}}
	}
	for _, n := range calls {
		e := shared
		e.add = e.add[:len(e.add):len(e.add)]
		c.lacking(&e, n, "messageId")
		if batch == 0 && len(d.keys) == 0 {
			d.keys = c.texts(n, segmentSecrets)
		}
		c.take(&d, n, doc.firstText(n, segmentUser...), &e)
	}
	return d, nil
}

// segmentContext is what a batch's context and the request add to the context of each call.
func (c *call) segmentContext(batch int32) edits {
	var e edits
	if context := c.document.member(0, "context"); batch != 0 && context != 0 && c.document.kind(context) == '{' {
		for m := context + 1; m < c.document.nodes[context].next; m = c.document.nodes[m].next {
			k := c.document.nodes[m].key
			e.add = append(e.add, addition{name: text(c.document.text[k.start:k.end]), raw: c.document.raw(m)})
		}
	}
	if c.ip != "" {
		e.add = append(e.add, addition{name: "ip", raw: quoted(c.ip)})
	}
	return e
}

// segmentPixel are the parameters of RudderStack's pixel, which come in the query alone.
func segmentPixel(c *call) []byte {
	if c.query.Get("data") != "" || len(c.query) == 0 {
		return nil
	}
	return queryObject(c.query, "writeKey")
}
