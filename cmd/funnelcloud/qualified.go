package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// qualifiedTable is the view that a CRM acts on, and qualifiedTopic the Kafka topic of the local stack for it.
const (
	qualifiedTable = "qualified"
	qualifiedTopic = "qualified"
)

// qualifiedRow is a row of the view qualified and, as JSON, the message of one qualification.
type qualifiedRow struct {
	MessageID      string     `ch:"message_id" json:"message_id"`
	UnitKind       string     `ch:"unit_kind" json:"unit_kind"`
	UnitID         string     `ch:"unit_id" json:"unit_id"`
	AccountID      string     `ch:"account_id" json:"account_id,omitempty"`
	Email          string     `ch:"email" json:"email,omitempty"`
	UserID         string     `ch:"user_id" json:"user_id,omitempty"`
	Route          string     `ch:"route" json:"route"`
	QualifiedAt    time.Time  `ch:"qualified_at" json:"qualified_at"`
	LeftAt         time.Time  `ch:"left_at,null" json:"-"`
	LeftAtJSON     *time.Time `json:"left_at"` // null while it holds
	EntryNo        uint32     `ch:"entry_no" json:"entry_no"`
	Definition     string     `ch:"definition" json:"definition"`
	Version        uint32     `ch:"version" json:"version"`
	DefinitionHash string     `ch:"definition_hash" json:"definition_hash"`
	Reason         string     `ch:"reason" json:"reason"`
	Score          float64    `ch:"score" json:"score"`
	Quote          string     `ch:"quote" json:"quote,omitempty"`
	Why            string     `ch:"why" json:"why,omitempty"`
	Owner          string     `ch:"owner" json:"owner"`
	Origin         string     `ch:"origin" json:"origin"`
	Evidence       []string   `ch:"evidence_event_ids" json:"evidence_event_ids"`
}

// key keeps a unit's messages on one partition, hence in order.
func (q *qualifiedRow) key() []byte { return []byte(q.UnitKind + ":" + q.UnitID) }

func (q *qualifiedRow) message(topic string) (ingest.Message, error) {
	if !q.LeftAt.IsZero() {
		q.LeftAtJSON = &q.LeftAt
	}
	value, err := json.Marshal(q)
	if err != nil {
		return ingest.Message{}, fmt.Errorf("encode the qualification %s: %w", q.MessageID, err)
	}
	return ingest.Message{Topic: topic, Key: q.key(), Value: value, Time: q.QualifiedAt}, nil
}

// sentRow is a row of table qualified_sent.
type sentRow struct {
	Topic     string    `ch:"topic"`
	MessageID string    `ch:"message_id"`
	UnitKind  string    `ch:"unit_kind"`
	UnitID    string    `ch:"unit_id"`
	SentAt    time.Time `ch:"sent_at"`
}

// qualifiedExport sends qualifications to Kafka.
type qualifiedExport struct {
	db      *warehouse.DB
	access  ingest.Access
	brokers []string
	topic   string
	since   time.Time
	kinds   []string
}

// sendChunk bounds what is sent again after a crash between Kafka's acknowledgement and our note of it.
const sendChunk = 1000

// send produces one message for each qualification that was not sent yet and returns how many. The order is the proof
// that none is lost: produce, wait for the acknowledgements of a chunk, note them. A crash in between repeats a chunk at
// most, under the same message ids.
func (e qualifiedExport) send(ctx context.Context) (int, error) {
	rows, err := warehouse.SelectAll[qualifiedRow](ctx, e.db, "staging/qualified_unsent.sql", warehouse.Params{
		"topic": e.topic, "since": warehouse.Timestamp(e.since), "unit_kinds": e.kinds})
	if err != nil {
		return 0, err
	}
	sent := 0
	for chunk := range slices.Chunk(rows, sendChunk) {
		if err := e.sendChunk(ctx, chunk); err != nil {
			return sent, fmt.Errorf("after %d qualifications: %w", sent, err)
		}
		sent += len(chunk)
	}
	return sent, nil
}

func (e qualifiedExport) sendChunk(ctx context.Context, rows []qualifiedRow) error {
	messages := make([]ingest.Message, len(rows))
	notes := make([]sentRow, len(rows))
	for i := range rows {
		q := &rows[i]
		var err error
		if messages[i], err = q.message(e.topic); err != nil {
			return err
		}
		notes[i] = sentRow{Topic: e.topic, MessageID: q.MessageID, UnitKind: q.UnitKind, UnitID: q.UnitID, SentAt: time.Now().UTC()}
	}
	if _, err := e.access.Produce(ctx, e.brokers, slices.Values(messages), nil); err != nil {
		return err
	}
	return warehouse.Insert(ctx, e.db, "qualified_sent", 0, notes)
}
