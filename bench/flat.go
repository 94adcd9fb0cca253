package main

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest"
)

// flatTopic is filled with messages for the built-in source json.
const flatTopic = "flat"

// flatMessages are what a producer of one's own writes: one flat JSON object an event, under usual names.
func flatMessages(topic string, n int) iter.Seq[ingest.Message] {
	return generated(topic, n, appendFlat)
}

func appendFlat(b []byte, i int, at time.Time) []byte {
	person := i % 100_000
	b = fmt.Appendf(b, `{"event_id":"%s","event":"%s","timestamp":"%s",`, messageID(i), eventNames[i%len(eventNames)], at.Format("2006-01-02T15:04:05.000Z"))
	b = fmt.Appendf(b, `"user_id":"u-%d","anonymous_id":"%s","url":"https://app.acme.test/reports/%d","referrer":"https://www.acme.test/",`, person, uuid("a", person), i%5000)
	b = append(b, `"utm_source":"google","utm_medium":"cpc","utm_campaign":"spring","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0",`...)
	b = fmt.Appendf(b, `"value":"%d.50","currency":"EUR","properties":{"feature":"report-%d","plan":"pro","seats":%d}}`, i%300, i%40, i%7+1)
	return b
}

// flat measures ingest as the part of that name does, with flat messages of the source json.
func (b *bench) flat(ctx context.Context) error {
	if err := b.broker.CreateTopics(ctx, b.partitions, flatTopic); err != nil {
		return err
	}
	n, err := ingest.Produce(ctx, []string{b.broker.Addr()}, flatMessages(flatTopic, b.messages), nil)
	if err != nil {
		return fmt.Errorf("%d of %d messages produced: %w", n, b.messages, err)
	}
	if err := b.ingestTopic(ctx, "json", flatTopic, "ingest_flat"); err != nil {
		return err
	}
	b.ratio("ingest_flat_over_ingest", "ingest_flat_events_per_s", "ingest_events_per_s")
	return nil
}
