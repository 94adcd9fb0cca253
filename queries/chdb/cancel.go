package chdb

import (
	"context"
	"sync"
	"time"
)

// running are the statements under way, by query_id.
type running struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (r *running) add(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ids[id] {
		return exception(sameQueryID, "Query with id = %s is already running.", id)
	}
	if r.ids == nil {
		r.ids = map[string]bool{}
	}
	r.ids[id] = true
	return nil
}

func (r *running) remove(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.ids, id)
}

// watch kills the request's statement when ctx ends before stop is called.
// The C API can't cancel what blocks, so it goes as in ClickHouse itself, by
// KILL QUERY from another connection, repeated because the statement may not
// be registered yet when the first one comes.
func (s *Server) watch(ctx context.Context, q *request) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-done:
			return
		case <-ctx.Done():
		}
		for wait := 10 * time.Millisecond; ; wait = min(2*wait, time.Second) {
			s.kill(q)
			select {
			case <-done:
				return
			case <-time.After(wait):
			}
		}
	}()
	return func() { close(done); <-ended }
}

// kill finds the statement by its log_comment: the engine gives each statement
// a query_id of its own and takes none from outside.
func (s *Server) kill(q *request) {
	c, err := s.open("")
	if err != nil {
		s.opts.Logger.Warn("clickhouse statement not cancelled", "query_id", q.id, "error", err)
		return
	}
	defer c.close()
	where := "Settings['log_comment'] = " + quote(q.comment())
	if q.text != "" {
		where += " AND startsWith(query, " + quote(q.text) + ")"
	}
	if _, _, err := c.run("KILL QUERY WHERE "+where+" ASYNC", "Null", nil); err != nil {
		s.opts.Logger.Warn("clickhouse statement not cancelled", "query_id", q.id, "error", err)
	}
}

// comment is the log_comment that the request's statement carries.
func (q *request) comment() string {
	if v := q.values.Get("log_comment"); v != "" {
		return v
	}
	return q.id
}
