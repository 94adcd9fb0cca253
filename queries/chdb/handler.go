package chdb

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"sort"
	"strings"
)

// request is one query over HTTP, taken apart.
type request struct {
	http   *http.Request
	values url.Values
	id     string
	args   map[string]string // param_name=value
	body   io.Reader
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			s.opts.Logger.Error("clickhouse http handler failed", "panic", v, "stack", string(debug.Stack()))
			panic(http.ErrAbortHandler)
		} else if v != nil {
			panic(v)
		}
	}()
	switch {
	case r.URL.Path == "/ping" || r.URL.Path == "/replicas_status":
		fmt.Fprint(w, "Ok.\n")
	case r.URL.Path == "/" && r.URL.RawQuery == "" && r.Method == http.MethodGet && r.Header.Get("Authorization") == "":
		fmt.Fprint(w, "Ok.\n")
	default:
		s.query(w, r)
	}
}

func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	a := newAnswer(s, w, r)
	if err := s.tryQuery(r.Context(), a, r); err != nil {
		a.fail(err)
		return
	}
	a.finish()
}

func (s *Server) tryQuery(ctx context.Context, a *answer, r *http.Request) error {
	q, err := s.request(r)
	if err != nil {
		return err
	}
	a.begin(q)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c, err := s.open()
	if err != nil {
		return err
	}
	defer c.close()
	if err := c.prepare(q); err != nil {
		return err
	}
	return s.execute(ctx, c, q, a)
}

func (s *Server) request(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, exception(codeBadArguments, "BAD_ARGUMENTS", "Cannot parse the URL's parameters: %v", err)
	}
	q := &request{http: r, values: values, id: values.Get("query_id"), args: map[string]string{}}
	if q.id == "" {
		q.id = newID()
	}
	for k := range values {
		if name, ok := strings.CutPrefix(k, "param_"); ok {
			q.args[name] = values.Get(k)
		}
	}
	if !s.known(q) {
		return nil, exception(codeAuthentication, "AUTHENTICATION_FAILED", "%s: Authentication failed: password is incorrect, or there is no user with such name.", q.user())
	}
	q.body, err = q.decode()
	return q, err
}

func (q *request) credentials() (user, password string) {
	h := q.http.Header
	if u, p, ok := q.http.BasicAuth(); ok {
		return u, p
	}
	if u := h.Get("X-ClickHouse-User"); u != "" || h.Get("X-ClickHouse-Key") != "" {
		return u, h.Get("X-ClickHouse-Key")
	}
	return q.values.Get("user"), q.values.Get("password")
}

func (q *request) user() string {
	if u, _ := q.credentials(); u != "" {
		return u
	}
	return "default"
}

func (s *Server) known(q *request) bool {
	_, password := q.credentials()
	u := subtle.ConstantTimeCompare([]byte(q.user()), []byte(s.opts.User))
	p := subtle.ConstantTimeCompare([]byte(password), []byte(s.opts.Password))
	return u&p == 1
}

// reserved are the URL's parameters that aren't settings.
var reserved = map[string]bool{
	"query": true, "user": true, "password": true, "quota_key": true, "stacktrace": true, "role": true,
	"buffer_size": true, "wait_end_of_query": true, "session_id": true, "session_timeout": true, "session_check": true,
	"close_session": true, "compress": true, "decompress": true, "database": true, "default_format": true,
	"query_id": true, "client_protocol_version": true,
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// prepare gives a fresh connection the request's settings and database.
func (c *conn) prepare(q *request) error {
	var sets []string
	for k := range q.values {
		if reserved[k] || strings.HasPrefix(k, "param_") {
			continue
		}
		if !settingName.MatchString(k) {
			return exception(codeUnknownSetting, "UNKNOWN_SETTING", "Unknown setting '%s'", k)
		}
		sets = append(sets, k+" = "+quote(q.values.Get(k)))
	}
	sort.Strings(sets)
	if len(sets) > 0 {
		if _, _, err := c.run("SET "+strings.Join(sets, ", "), "Null", nil); err != nil {
			return err
		}
	}
	db := q.values.Get("database")
	if db == "" {
		db = q.http.Header.Get("X-ClickHouse-Database")
	}
	if db != "" && db != "default" {
		if _, _, err := c.run("USE "+quoteName(db), "Null", nil); err != nil {
			return err
		}
	}
	return nil
}
