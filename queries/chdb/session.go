package chdb

import (
	"strconv"
	"sync"
	"time"
)

// sessions are the connections that clients keep by session_id, with their
// settings and temporary tables.
type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

type session struct {
	conn    *conn
	busy    bool
	timeout time.Duration
	expiry  *time.Timer
}

const (
	defaultSessionTimeout = 60 * time.Second
	maxSessionTimeout     = 3600 * time.Second
)

func newSessions() *sessions { return &sessions{byID: map[string]*session{}} }

// acquire gives the session to one request; a second one at the same time is
// refused, as ClickHouse does.
func (m *sessions) acquire(q *request, open func() (*conn, error)) (*session, error) {
	timeout, err := q.sessionTimeout()
	if err != nil {
		return nil, err
	}
	id := q.sessionID()
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.byID[id]
	switch {
	case s == nil && q.flag("session_check"):
		return nil, exception(sessionNotFound, "Session %s not found", id)
	case s == nil:
		c, err := open()
		if err != nil {
			return nil, err
		}
		s = &session{conn: c}
		m.byID[id] = s
	case s.busy:
		return nil, exception(sessionIsLocked, "Session %s is locked by a concurrent client", id)
	default:
		s.expiry.Stop()
	}
	s.busy, s.timeout = true, timeout
	return s, nil
}

// giveBack ends a request's hold. The session lives on until its timeout.
func (m *sessions) giveBack(id string, s *session, end bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.busy = false
	if end {
		delete(m.byID, id)
		s.conn.close()
		return
	}
	s.expiry = time.AfterFunc(s.timeout, func() { m.expire(id, s) })
}

func (m *sessions) expire(id string, s *session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byID[id] == s && !s.busy {
		delete(m.byID, id)
		s.conn.close()
	}
}

// close ends all sessions; no request runs any more.
func (m *sessions) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, s := range m.byID {
		if s.expiry != nil {
			s.expiry.Stop()
		}
		s.conn.close()
		delete(m.byID, id)
	}
}

func (q *request) sessionID() string { return q.values.Get("session_id") }

func (q *request) sessionTimeout() (time.Duration, error) {
	v := q.values.Get("session_timeout")
	if v == "" {
		return defaultSessionTimeout, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, exception(sessionTimeout, "Invalid session timeout: '%s'", v)
	}
	if d := time.Duration(n) * time.Second; d <= maxSessionTimeout {
		return d, nil
	}
	return 0, exception(sessionTimeout, "Session timeout '%s' is larger than max_session_timeout: %d. Maximum session timeout could be modified in configuration file.", v, int(maxSessionTimeout.Seconds()))
}
