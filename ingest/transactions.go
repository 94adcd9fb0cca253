package ingest

import (
	"cmp"
	"slices"
)

// Messages of transactions are read once they are committed. Kafka then returns no message beyond the first transaction
// still under way, and with the others it names those aborted, whose messages the client has to leave out.

// aborted is a transaction that was given up: its producer, and where its first message stands.
type aborted struct{ producer, first int64 }

// transactions tells which batches of a fetch belong to aborted transactions.
type transactions struct {
	aborted []aborted      // still to come, by first offset
	within  map[int64]bool // producers whose aborted transaction is being passed
}

func newTransactions(all []aborted) *transactions {
	slices.SortFunc(all, func(a, b aborted) int { return cmp.Compare(a.first, b.first) })
	return &transactions{aborted: all, within: map[int64]bool{}}
}

// keeps reports whether a batch's records are messages that count. It is asked of each batch in order.
func (t *transactions) keeps(b *recordBatch) bool {
	if b.control() { // the end of a transaction
		delete(t.within, b.producer)
		return false
	}
	for len(t.aborted) > 0 && t.aborted[0].first <= b.base {
		t.within[t.aborted[0].producer] = true
		t.aborted = t.aborted[1:]
	}
	return !b.transactional() || !t.within[b.producer]
}
