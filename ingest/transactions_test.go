package ingest

import (
	"context"
	"fmt"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// transact produces calls to one partition within a transaction, in two flushes, so that it has several batches.
func transact(t *testing.T, client *kgo.Client, topic, name string, n int) {
	t.Helper()
	if err := client.BeginTransaction(); err != nil {
		t.Fatal(err)
	}
	sendCalls(t, client, topic, name, 0, n/2)
	sendCalls(t, client, topic, name, n/2, n)
}

func sendCalls(t *testing.T, client *kgo.Client, topic, name string, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		value := fmt.Appendf(nil, `{"messageId":"%s %d","type":"track","event":"X","userId":"u"}`, name, i)
		client.Produce(context.Background(), &kgo.Record{Topic: topic, Partition: 0, Value: value}, func(_ *kgo.Record, err error) {
			if err != nil {
				t.Error(err)
			}
		})
	}
	if err := client.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func end(t *testing.T, client *kgo.Client, commit kgo.TransactionEndTry) {
	t.Helper()
	if err := client.EndTransaction(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
}

// transactional checks that of transactions which overlap, those committed are read and those aborted are not, that a
// transaction under way holds back what comes after it, and that fetching in small steps changes nothing.
func (s *stack) transactional(t *testing.T, topic string, o Options) {
	t.Helper()
	client := func(id string) *kgo.Client {
		options := []kgo.Opt{kgo.SeedBrokers(s.brokers()...), kgo.RecordPartitioner(kgo.ManualPartitioner())}
		if id != "" {
			options = append(options, kgo.TransactionalID(topic+id))
		}
		c, err := kgo.NewClient(options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	first, second, plain := client("first"), client("second"), client("")
	for round := range 3 {
		transact(t, first, topic, fmt.Sprint("aborted ", round), 40)
		transact(t, second, topic, fmt.Sprint("committed ", round), 40)
		sendCalls(t, plain, topic, fmt.Sprint("plain ", round), 0, 20)
		end(t, first, kgo.TryAbort)
		end(t, second, kgo.TryCommit)
		transact(t, first, topic, fmt.Sprint("committed after an abort ", round), 20)
		end(t, first, kgo.TryCommit)
	}
	transact(t, second, topic, "late", 10)
	sendCalls(t, plain, topic, "behind", 0, 5)
	o.FetchBytes = 1500 // less than a transaction
	s.run(o)
	s.expect("events before the end of the last transaction", "SELECT count() FROM events", 3*(40+20+20))
	s.expect("aborted", "SELECT count() FROM events WHERE event_id LIKE 'aborted%'", 0)
	end(t, second, kgo.TryCommit)
	s.run(o)
	s.expect("events", "SELECT count() FROM events", 3*(40+20+20)+10+5)
	s.expect("aborted", "SELECT count() FROM events WHERE event_id LIKE 'aborted%'", 0)
	s.expect("rejects", "SELECT count() FROM events_rejected", 0)
}

func TestAbortedTransactionsAreNotRead(t *testing.T) {
	t.Parallel()
	s := newStack(t, sourceNamed(t, "segment"))
	s.transactional(t, "segment", s.options())
}
