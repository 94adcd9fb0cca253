package chdb

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/google/uuid"
)

// request is one query over HTTP, taken apart.
type request struct {
	http      *http.Request
	values    url.Values // of the URL, and the form's fields where there is a form
	id        string     // query_id
	args      map[string]string
	body      io.Reader
	multipart bool
	tables    []string // temporary tables made from external data
	text      string   // set if log_comment alone doesn't tell the statement from others
}

// serve answers one request, and no panic in it reaches beyond it.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	if s.stopped {
		panic(http.ErrAbortHandler)
	}
	defer func() {
		v := recover()
		if err, ok := v.(error); v != nil && !(ok && errors.Is(err, http.ErrAbortHandler)) {
			s.opts.Logger.Error("clickhouse http handler failed", "panic", v, "stack", string(debug.Stack()))
		}
		if v != nil {
			panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
		}
	}()
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS, POST")
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/ping" || r.URL.Path == "/replicas_status":
		_, _ = io.WriteString(w, "Ok.\n")
	case r.URL.Path == "/" && r.URL.RawQuery == "" && r.Method != http.MethodPost && r.Header.Get("Authorization") == "":
		_, _ = io.WriteString(w, "Ok.\n")
	case r.URL.Path != "/" && r.URL.Path != "/query":
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "There is no handle "+r.URL.Path+"\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n\nSend queries from your program with POST method or GET /?query=...\n\nUse clickhouse-client:\n\nFor interactive data analysis:\n    clickhouse-client\n")
	default:
		s.query(w, r)
	}
}

func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.life, cancel)() // the server's end ends the statement too
	a := newAnswer(s, w, r)
	defer a.drop()
	if err := s.tryQuery(ctx, a, r); err != nil {
		a.fail(asException(err))
		return
	}
	a.finish()
}

func (s *Server) tryQuery(ctx context.Context, a *answer, r *http.Request) error {
	q, err := s.request(r)
	if err != nil {
		return err
	}
	a.q = q
	if err := s.running.add(q.id); err != nil {
		return err
	}
	defer s.running.remove(q.id)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return exception(aborted, "the client or the server stopped while the query waited for its turn")
	}
	if q.sessionID() != "" {
		return s.inSession(ctx, q, a)
	}
	c, err := s.open(q.comment())
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.prepare(q, false); err != nil {
		return err
	}
	return s.execute(ctx, c, q, a)
}

// inSession runs the request on the session's connection and leaves on it
// what the statement did, not what the URL set.
func (s *Server) inSession(ctx context.Context, q *request, a *answer) error {
	ses, err := s.sessions.acquire(q, func() (*conn, error) { return s.open(q.comment()) })
	if err != nil {
		return err
	}
	defer s.sessions.giveBack(q.sessionID(), ses, q.flag("close_session"))
	undo, err := ses.conn.prepare(q, true)
	if err == nil {
		err = s.execute(ctx, ses.conn, q, a)
	}
	for _, t := range q.tables {
		_ = ses.conn.do("DROP TEMPORARY TABLE IF EXISTS " + quoteName(t)) // it goes with the session at the latest
	}
	if uerr := undo(); err == nil {
		err = uerr
	}
	return err
}

func (s *Server) request(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, exception(badArguments, "Cannot parse the URL's parameters: %v", err)
	}
	q := &request{http: r, values: values, id: values.Get("query_id"), args: map[string]string{}}
	if q.id == "" {
		q.id = uuid.NewString()
	}
	if err := s.authenticate(q); err != nil {
		return nil, err
	}
	if q.body, err = q.decode(); err != nil {
		return nil, err
	}
	q.multipart = strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
	q.takeArgs(values)
	return q, nil
}

func (q *request) takeArgs(values url.Values) {
	for k := range values {
		if name, ok := strings.CutPrefix(k, "param_"); ok {
			q.args[name] = values.Get(k)
		}
	}
}

func (q *request) flag(name string) bool {
	v := q.values.Get(name)
	return v == "1" || strings.EqualFold(v, "true")
}

// authenticate checks user and password, from wherever ClickHouse takes them:
// its own headers, Basic, or the URL; never from two at once.
func (s *Server) authenticate(q *request) error {
	h := q.http.Header
	user, password := q.values.Get("user"), q.values.Get("password")
	inURL := q.values.Has("user") || q.values.Has("password")
	inHeaders := h.Get("X-ClickHouse-User") != "" || h.Get("X-ClickHouse-Key") != ""
	basicUser, basicPassword, basic := q.http.BasicAuth()
	switch {
	case inHeaders && (basic || inURL), basic && inURL:
		return exception(unauthenticated, "Invalid authentication: it is not allowed to use several ways of authentication simultaneously")
	case inHeaders:
		user, password = h.Get("X-ClickHouse-User"), h.Get("X-ClickHouse-Key")
	case basic:
		user, password = basicUser, basicPassword
	}
	if user == "" {
		user = "default"
	}
	u := subtle.ConstantTimeCompare([]byte(user), []byte(s.opts.User))
	p := subtle.ConstantTimeCompare([]byte(password), []byte(s.opts.Password))
	if u&p != 1 {
		return exception(unauthenticated, "%s: Authentication failed: password is incorrect, or there is no user with such name.", user)
	}
	return nil
}
