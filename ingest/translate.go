package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/segmentio/kafka-go"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// translation makes of a record the JSON that its source maps, where the record's value alone is not it; nil says that the
// value is to be taken as it is. An error passes: the record is asked for again until there is none.
//
// It happens where records are read, before anything else sees them, so that mappers stay pure functions of bytes. What is
// refused later is kept as the JSON; what could not be translated is kept, and refused, as it came.
type translation func(ctx context.Context, headers []kafka.Header, value []byte) ([]byte, error)

// translations are those of the topics whose format needs one.
func (o Options) translations() (map[string]translation, error) {
	out := map[string]translation{}
	var registry *schemaRegistry
	for _, s := range o.Sources {
		var t translation
		switch s.Format() {
		case "cloudevents":
			t = structured
		case "avro":
			if registry == nil {
				var err error
				if registry, err = newSchemaRegistry(o.SchemaRegistry, o.Logger); err != nil {
					return nil, fmt.Errorf("source %s reads Avro: %w", s.Name, err)
				}
			}
			t = registry.translate
		default:
			continue
		}
		for _, topic := range s.Topics {
			out[topic] = t
		}
	}
	return out, nil
}

// structured makes CloudEvents of binary mode such as the source reads.
func structured(_ context.Context, headers []kafka.Header, value []byte) ([]byte, error) {
	if !slices.ContainsFunc(headers, func(h kafka.Header) bool { return h.Key == source.CloudEventsBinary }) {
		return nil, nil
	}
	return source.StructuredEvent(func(yield func(name string, content []byte) bool) {
		for _, h := range headers {
			if !yield(h.Key, h.Value) {
				return
			}
		}
	}, value), nil
}

// translate puts each message's translation in place of its value, whose bytes stay in the chunk unused. At the first that
// can't be had the chunk ends: it goes on from there.
func (c *chunk) translate(ctx context.Context, by translation) error {
	for i := range c.messages {
		m := &c.messages[i]
		text, err := by(ctx, c.headers(m), c.span(m.value))
		if err != nil {
			c.next, c.messages = m.offset, c.messages[:i]
			return err
		}
		if text != nil {
			start := len(c.data)
			c.data = append(c.data, text...)
			m.value = span{start, len(c.data)}
		}
	}
	return nil
}

// headers are a record's, which stand behind its value.
func (c *chunk) headers(m *message) (out []kafka.Header) {
	if !m.headers {
		return nil
	}
	w := wire{data: c.data, at: m.value.end}
	for range w.varint() {
		name := w.bytes()
		content := w.bytes()
		out = append(out, kafka.Header{Key: string(c.span(name)), Value: c.span(content)})
	}
	return out
}

// errNoRegistry says what to do.
var errNoRegistry = errors.New("name its schema registry with --schema-registry or FUNNELCLOUD_SCHEMA_REGISTRY")
