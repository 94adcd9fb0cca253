package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"iter"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest"
)

// eventNames are weighted as a product's stream is: mostly use, seldom a sign-up.
var eventNames = []string{"Feature Used", "Feature Used", "Feature Used", "Report Created", "Export Finished", "Invite Sent", "Limit Reached", "Signed Up"}

// messages are Segment calls of about 650 bytes, each with an id of its own; the same for every run.
func messages(topic string, n int) iter.Seq[ingest.Message] { return generated(topic, n, appendCall) }

// generated makes messages one by one; each is valid until the next.
func generated(topic string, n int, write func(b []byte, i int, at time.Time) []byte) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		start := time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
		var value []byte
		for i := range n {
			at := start.Add(time.Duration(i) * 20 * time.Millisecond)
			value = write(value[:0], i, at)
			if !yield(ingest.Message{Topic: topic, Value: value, Time: at.Add(time.Second)}) {
				return
			}
		}
	}
}

// copied gives messages that stay as they are.
func copied(all iter.Seq[ingest.Message]) iter.Seq[ingest.Message] {
	return func(yield func(ingest.Message) bool) {
		for m := range all {
			m.Value = bytes.Clone(m.Value)
			if !yield(m) {
				return
			}
		}
	}
}

func appendCall(b []byte, i int, at time.Time) []byte {
	person := i % 100_000
	moment := at.Format("2006-01-02T15:04:05.000Z")
	b = fmt.Appendf(b, `{"timestamp":"%s","integrations":{},"event":"%s","type":"track",`, moment, eventNames[i%len(eventNames)])
	b = fmt.Appendf(b, `"properties":{"feature":"report-%d","plan":"pro","seats":%d,"revenue":"%d.50","currency":"EUR"},`, i%40, i%7+1, i%300)
	b = fmt.Appendf(b, `"context":{"library":{"name":"@segment/analytics-node","version":"3.1.0"},"page":{"url":"https://app.acme.test/reports/%d","referrer":"https://www.acme.test/"},`, i%5000)
	b = append(b, `"campaign":{"source":"google","medium":"cpc","name":"spring"},"userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0"},`...)
	b = fmt.Appendf(b, `"userId":"u-%d","anonymousId":"%s","messageId":"%s","sentAt":"%s"}`, person, uuid("a", person), messageID(i), moment)
	return b
}

func messageID(i int) string { return "node-next-" + uuid("m", i) }

// uuid looks like a random one and is the same in every run.
func uuid(kind string, n int) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(kind))
	_, _ = h.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	s := hex.EncodeToString(h.Sum(nil))
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
