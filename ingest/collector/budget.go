package collector

import (
	"net/http"
	"sync/atomic"
)

// copies is how many bytes a decoded byte of a body may cost: itself, the notes about where things lie (up to three
// for an adversary's JSON, less than one for an SDK's), and its edited copy.
const copies = 4

// budget bounds the memory of all requests at once. One protocol may take half of it, so that a flood at one endpoint
// leaves room for the others.
type budget struct {
	limit int64
	held  atomic.Int64
	each  map[string]*atomic.Int64 // by protocol
}

func newBudget(limit int64, protocols []string) *budget {
	b := &budget{limit: limit, each: map[string]*atomic.Int64{}}
	for _, name := range protocols {
		b.each[name] = &atomic.Int64{}
	}
	return b
}

// lease is what one request holds. One goroutine uses it.
type lease struct {
	budget *budget
	share  *atomic.Int64
	n      int64
}

func (b *budget) lease(protocol string) *lease { return &lease{budget: b, share: b.each[protocol]} }

// grow takes n more bytes or refuses; what is refused is not held.
func (l *lease) grow(n int64) error {
	if l.budget.held.Add(n) > l.budget.limit {
		l.budget.held.Add(-n)
		return &refusal{http.StatusServiceUnavailable, "busy", "too much is in flight here; try again soon"}
	}
	if l.share.Add(n) > l.budget.limit/2 {
		l.share.Add(-n)
		l.budget.held.Add(-n)
		return &refusal{http.StatusTooManyRequests, "source_busy", "too much is in flight for this kind of source; try again soon"}
	}
	l.n += n
	return nil
}

// release gives everything back. It may be called twice.
func (l *lease) release() {
	l.budget.held.Add(-l.n)
	l.share.Add(-l.n)
	l.n = 0
}
