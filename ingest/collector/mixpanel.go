package collector

var (
	mixpanelUser = [][]string{
		{"properties", "distinct_id"}, {"properties", "$user_id"}, {"properties", "$device_id"}, {"$distinct_id"}, {"$group_id"},
	}
	mixpanelKeys = [][]string{{"properties", "token"}, {"$token"}, {"token"}}
)

// decodeMixpanel reads Mixpanel's events (/track, /import) and profile updates (/engage, /groups): one, an array, or
// one a line. The topic carries both; an event has the member event.
func decodeMixpanel(c *call) (delivery, error) {
	d := delivery{backfill: c.endpoint == "import"}
	if err := c.parse(); err != nil {
		return d, err
	}
	doc := &c.document
	if k := doc.kind(0); !c.lines && k != '[' && k != '{' {
		return d, envelopeError("an event is an object")
	}
	for _, n := range c.items() {
		e := edits{drop: []string{"$token", "token"}}
		inside := within{name: "properties", edits: edits{drop: []string{"token"}}}
		if doc.member(n, "event") != 0 {
			if c.ip != "" {
				inside.add = append(inside.add, addition{name: "ip", raw: quoted(c.ip)})
			}
			if doc.empty(doc.path(n, "properties", "$insert_id")) {
				inside.add = append(inside.add, addition{name: "$insert_id", raw: c.identify(n)})
			}
		}
		e.within = []within{inside}
		if len(d.keys) == 0 {
			d.keys = c.texts(n, mixpanelKeys...)
		}
		c.take(&d, n, doc.firstText(n, mixpanelUser...), &e)
	}
	return d, nil
}
