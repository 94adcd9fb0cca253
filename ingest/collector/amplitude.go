package collector

var amplitudeUser = [][]string{{"user_id"}, {"device_id"}}

// amplitudeRemote is what Amplitude's SDKs write where the server is to put the address it sees.
const amplitudeRemote = "$remote"

// decodeAmplitude reads Amplitude's HTTP V2 and batch requests: events under an api_key.
func decodeAmplitude(c *call) (delivery, error) {
	var d delivery
	if err := c.parse(); err != nil {
		return d, err
	}
	doc := &c.document
	events := doc.member(0, "events")
	if events == 0 || doc.kind(events) != '[' {
		return d, envelopeError(`the member "events", an array, is missing`)
	}
	d.keys = c.texts(0, []string{"api_key"})
	shared := edits{drop: []string{"api_key"}}
	c.carried(&shared, 0, "client_upload_time")
	for _, n := range doc.elements(events) {
		e := shared
		e.add = e.add[:len(e.add):len(e.add)]
		c.lacking(&e, n, "insert_id")
		remote := doc.firstText(n, []string{"ip"}) == amplitudeRemote
		switch {
		case c.ip != "":
			e.add = append(e.add, addition{name: "ip", raw: quoted(c.ip), over: remote})
		case remote:
			e.drop = append(e.drop[:len(e.drop):len(e.drop)], "ip")
		}
		c.take(&d, n, doc.firstText(n, amplitudeUser...), &e)
	}
	return d, nil
}
