package collector

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// call is one request as a protocol's decoder sees it: the body in plain JSON, and of the headers only what may be
// stored. Cookies and authorisation never get this far.
type call struct {
	endpoint   string     // what the path says: track, batch, engage, a webhook's name
	query      url.Values // of the URL, and of the body where that is a form
	body       []byte     // decompressed, out of its form and its base64
	lines      bool       // the body is one JSON value a line
	userAgent  string
	ip         string // empty unless it is to be kept
	receivedAt time.Time
	maxEvents  int

	buffer   []byte // of the body as it was read
	document document
	out      []byte              // values of edited events, one after the other
	seen     map[[16]byte]uint32 // how often each event without an id came in this request
}

// event is one message for Kafka. Its bytes lie in the call.
type event struct{ key, value []byte }

// delivery is what a request brings.
type delivery struct {
	keys     []string // what the request shows as its write key, in the body
	events   []event
	backfill bool // history: clocks are not corrected by the time of its arrival
}

// errEnvelope is a request that is JSON, but not what its protocol wraps events in.
var errEnvelope = errors.New("not what this endpoint takes")

func envelopeError(why string) error { return fmt.Errorf("%w: %s", errEnvelope, why) }

// parse reads the body.
func (c *call) parse() error {
	if c.lines {
		return c.document.lines(c.body, c.maxEvents)
	}
	return c.document.parse(c.body, c.maxEvents)
}

// items are the events of a body that is an array or lines of them, or one event.
func (c *call) items() []int32 {
	if c.lines || c.document.kind(0) == '[' {
		return c.document.elements(0)
	}
	return []int32{0}
}

// take adds the event at a node, edited, to a delivery. What is no object goes on as it is: the consumer refuses it with
// the reason and keeps its bytes, and the rest of its batch is not lost.
func (c *call) take(d *delivery, n int32, key string, e *edits) {
	value := c.document.raw(n)
	if e.changed(&c.document, n) {
		start := len(c.out)
		c.out = e.append(c.out, &c.document, n)
		value = c.out[start:len(c.out):len(c.out)]
	}
	ev := event{value: value}
	if key != "" {
		ev.key = []byte(key)
	}
	d.events = append(d.events, ev)
}

// identify gives an event without an id one that a repeated request gives it again: the digest of what was sent, and how
// often the same came before in this request. What a batch says of itself (sentAt) changes when an SDK tries again, and
// so is not part of it.
func (c *call) identify(n int32) []byte {
	digest := sha256.New()
	digest.Write(c.document.raw(n))
	var sum [sha256.Size]byte
	digest.Sum(sum[:0])
	id := [16]byte(sum[:16])
	if c.seen == nil {
		c.seen = map[[16]byte]uint32{}
	}
	count := c.seen[id]
	c.seen[id]++
	if count > 0 {
		digest.Write(binary.BigEndian.AppendUint32(nil, count))
		id = [16]byte(digest.Sum(sum[:0])[:16])
	}
	return quoted(hex.EncodeToString(id[:]))
}

// lacking adds an id under that name where an event has none.
func (c *call) lacking(e *edits, n int32, name string) {
	if c.document.kind(n) == '{' && c.document.empty(c.document.member(n, name)) {
		e.add = append(e.add, addition{name: name, raw: c.identify(n)})
	}
}

// carried adds a member of the envelope to each event that lacks it.
func (c *call) carried(e *edits, from int32, names ...string) {
	for _, name := range names {
		if m := c.document.member(from, name); !c.document.empty(m) {
			e.add = append(e.add, addition{name: name, raw: c.document.raw(m)})
		}
	}
}

// texts are the values of members that are there.
func (c *call) texts(n int32, paths ...[]string) []string {
	var out []string
	for _, p := range paths {
		if s := c.document.firstText(n, p); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// quoted is a text in JSON.
func quoted(s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			encoded, err := json.Marshal(s)
			if err != nil { // a string always has an encoding
				return []byte(`""`)
			}
			return encoded
		}
	}
	out := make([]byte, 0, len(s)+2)
	return append(append(append(out, '"'), s...), '"')
}

func quotedTime(t time.Time) []byte { return quoted(t.UTC().Format("2006-01-02T15:04:05.000Z")) }

// number is a JSON number as milliseconds.
func milliseconds(raw []byte) (time.Duration, bool) {
	n, err := strconv.ParseFloat(text(raw), 64)
	if err != nil || n < 0 || n > 1e15 {
		return 0, false
	}
	return time.Duration(n * float64(time.Millisecond)), n < 1e12
}
