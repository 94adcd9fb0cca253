package ingest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest/source"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// ReplayOptions say which dead letters are mapped again, and with what. An empty filter takes all.
type ReplayOptions struct {
	DB      *warehouse.DB
	Sources []*source.Source // the definitions as they are now

	Source string    // that refused them, or that reads their topic now
	Topic  string    //
	Reason string    // one of the source package's
	Since  time.Time // refused then or later
	Limit  uint64    // messages at most; 0: all

	MaxMessageBytes int                // as in Options
	SchemaRegistry  SchemaRegistry     // as in Options
	DryRun          bool               // map, tell, and write nothing
	Each            func(Replayed)     // told what became of each letter; may be nil
	Progress        func(done, of int) // messages; may be nil
	Logger          *slog.Logger
}

// Replayed is what became of a dead letter.
type Replayed struct {
	Topic             string
	Partition         uint32
	Offset            uint64
	Item              uint32
	Source            string // that reads the topic now; empty when none does
	WasReason, Reason string // why it was refused, why it is now; Reason is empty when it is refused no longer
	Detail            string // of Reason
}

// ReplayStats are what a replay has done.
type ReplayStats struct {
	Messages uint64 `json:"messages"` // mapped again
	Letters  uint64 `json:"letters"`  // dead letters of those messages
	Mended   uint64 `json:"mended"`   // letters that are refused no longer
	Refused  uint64 `json:"refused"`  // letters that are refused still
	Events   uint64 `json:"events"`   // rows for table events
}

// letter is a row of dead_letters.
type letter struct {
	Topic      string    `ch:"topic"`
	Partition  uint32    `ch:"partition"`
	Offset     uint64    `ch:"offset"`
	Item       uint32    `ch:"item"`
	Source     string    `ch:"source"`
	Reason     string    `ch:"reason"`
	Detail     string    `ch:"detail"`
	Key        string    `ch:"key"`
	Raw        string    `ch:"raw"`
	ReceivedAt time.Time `ch:"received_at"`
	Backfill   bool      `ch:"backfill"`
}

func (l *letter) sameMessage(other *letter) bool {
	return l.Offset == other.Offset && l.Partition == other.Partition && l.Topic == other.Topic
}

// A replay's batches are small: it is no race, and a letter carries its whole message.
const (
	replayRows  = 10_000
	replayBytes = 16 << 20
)

// Replay maps dead letters again with the definitions of now, in the order of their places in Kafka. What is an event now
// is inserted, with the key, place and receipt that it would have had; its letter is marked as replayed after that, so
// that a crash between the two repeats the event, which counts once. What is refused still gets the reason of now.
//
// A message of several events loses only the bad ones when it arrives, and a replay brings in only those: an item that
// became an event then is left alone, even where the definition would now give it another id. Items after the last one
// refused were perhaps never reached, since a message that breaks off has one letter for all that follows; they come in,
// and count once where they are known.
func Replay(ctx context.Context, o ReplayOptions) (ReplayStats, error) {
	o.MaxMessageBytes = cmp.Or(o.MaxMessageBytes, Options{}.withDefaults().MaxMessageBytes)
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	byTopic, err := source.ByTopic(o.Sources)
	if err != nil {
		return ReplayStats{}, fmt.Errorf("replay: %w", err)
	}
	translations, err := Options{Sources: o.Sources, SchemaRegistry: o.SchemaRegistry, Logger: o.Logger}.translations()
	if err != nil {
		return ReplayStats{}, fmt.Errorf("replay: %w", err)
	}
	r := &replay{ReplayOptions: o, byTopic: byTopic, translations: translations, mappers: map[string]*source.Mapper{}, rows: newRows()}
	r.sink = &sink{conn: o.DB.Conn(), logger: o.Logger, now: time.Now}
	if err := r.run(ctx); err != nil {
		return r.stats, fmt.Errorf("replay: %w", err)
	}
	return r.stats, nil
}

type replay struct {
	ReplayOptions
	byTopic      map[string]*source.Source
	translations map[string]translation
	mappers      map[string]*source.Mapper
	sink         *sink
	rows         *rows
	bytes        int
	stats        ReplayStats
	total        int
}

func (r *replay) run(ctx context.Context) error {
	params := r.filter()
	counted, err := warehouse.SelectAll[struct {
		Messages uint64 `ch:"messages"`
	}](ctx, r.DB, "ingest/dead_letters_count.sql", params)
	if err != nil {
		return err
	}
	r.total = int(counted[0].Messages)
	if r.Limit > 0 {
		r.total = min(r.total, int(r.Limit))
	}
	var message []letter
	for l, err := range warehouse.Select[letter](ctx, r.DB, "ingest/dead_letters.sql", params) {
		if err != nil {
			return err
		}
		if len(message) > 0 && !l.sameMessage(&message[0]) {
			if err := r.message(ctx, message); err != nil {
				return err
			}
			message = message[:0]
			if r.Limit > 0 && r.stats.Messages >= r.Limit {
				break
			}
		}
		message = append(message, l)
	}
	if len(message) > 0 {
		if err := r.message(ctx, message); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

func (r *replay) filter() warehouse.Params {
	topics := []string{}
	for topic, s := range r.byTopic {
		if s.Name == r.Source {
			topics = append(topics, topic)
		}
	}
	slices.Sort(topics)
	since := int64(0)
	if !r.Since.IsZero() {
		since = r.Since.UnixMilli()
	}
	return warehouse.Params{"source": r.Source, "topics": topics, "topic": r.Topic, "reason": r.Reason, "since": since}
}

// message maps one message again and settles its letters.
func (r *replay) message(ctx context.Context, letters []letter) error {
	first := &letters[0]
	out := &replayOutput{replay: r, letters: letters, rejects: map[uint32]source.Reject{}}
	raw, err := r.translate(ctx, first)
	if err != nil {
		return err
	}
	c := &chunk{place: place{first.Topic, int(first.Partition)}, data: []byte(first.Key + raw)}
	out.chunk, out.message = c, &message{offset: int64(first.Offset), time: first.ReceivedAt.UnixMilli(),
		key: span{0, len(first.Key)}, value: span{len(first.Key), len(c.data)}, backfill: first.Backfill}
	if s := r.byTopic[first.Topic]; s != nil {
		out.source = s.Name
	}
	switch value := c.span(out.message.value); {
	case out.source == "":
		out.Reject(source.Reject{Reason: source.ReasonNoSource, Detail: "no source claims topic " + first.Topic})
	case len(value) > r.MaxMessageBytes:
		out.Reject(source.Reject{Reason: source.ReasonTooLarge, Detail: tooLarge(len(value), r.MaxMessageBytes)})
	default:
		r.mapper(first.Topic).Map(source.Record{Key: c.span(out.message.key), Value: value, Time: out.message.time, Backfill: first.Backfill}, out)
	}
	out.settle()
	r.stats.Messages++
	r.bytes += len(c.data) * (1 + len(out.rejects))
	if r.Progress != nil {
		r.Progress(int(r.stats.Messages), r.total)
	}
	if r.rows.events.rows+r.rows.rejected.rows >= replayRows || r.bytes >= replayBytes {
		return r.flush(ctx)
	}
	return nil
}

// translate tries again what could not be translated when it came: its schema may be there by now.
func (r *replay) translate(ctx context.Context, l *letter) (string, error) {
	translate := r.translations[l.Topic]
	if translate == nil {
		return l.Raw, nil
	}
	text, err := translate(ctx, nil, []byte(l.Raw))
	if text == nil || err != nil {
		return l.Raw, err
	}
	return string(text), nil
}

func (r *replay) mapper(topic string) *source.Mapper {
	if r.mappers[topic] == nil {
		r.mappers[topic] = r.byTopic[topic].NewMapper()
	}
	return r.mappers[topic]
}

// flush inserts the events, then the letters' new rows: the sink's own order.
func (r *replay) flush(ctx context.Context) error {
	defer func() { r.rows.reset(); r.bytes = 0 }()
	if r.DryRun {
		return nil
	}
	return r.sink.insert(ctx, &batch{rows: []*rows{r.rows}, progress: map[place]*progress{}})
}

// replayOutput takes what the mapper makes of a message of which some items were refused.
type replayOutput struct {
	*replay
	chunk   *chunk
	message *message
	source  string
	letters []letter // in the order of their items
	rejects map[uint32]source.Reject
}

// wants says whether an item was refused or may never have been reached.
func (o *replayOutput) wants(item uint32) bool {
	_, refused := slices.BinarySearchFunc(o.letters, item, func(l letter, item uint32) int { return cmp.Compare(l.Item, item) })
	return refused || item > o.letters[len(o.letters)-1].Item
}

// Event adds a row to events.
func (o *replayOutput) Event(e *source.Event) {
	if o.wants(e.Item) {
		o.rows.events.add(e, o.chunk.place, o.message.offset)
		o.stats.Events++
	}
}

// Reject keeps the letter, with the reason of now.
func (o *replayOutput) Reject(r source.Reject) {
	if o.wants(r.Item) {
		o.rows.rejected.add(o.source, o.chunk, o.message, r)
		o.rejects[r.Item] = r
	}
}

// settle marks the letters that nothing was said against, and tells what became of each.
func (o *replayOutput) settle() {
	now := o.sink.now()
	for i := range o.letters {
		l := &o.letters[i]
		reject, refused := o.rejects[l.Item]
		o.stats.Letters++
		if refused {
			o.stats.Refused++
		} else {
			o.rows.rejected.mend(l, now)
			o.stats.Mended++
		}
		if o.Each != nil {
			o.Each(Replayed{l.Topic, l.Partition, l.Offset, l.Item, o.source, l.Reason, reject.Reason, reject.Detail})
		}
	}
}
