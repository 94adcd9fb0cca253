package chdb

import (
	"net/http"
	"regexp"
	"sort"
	"strings"
)

// reserved are the URL's parameters that aren't settings.
var reserved = map[string]bool{
	"query": true, "user": true, "password": true, "quota_key": true, "stacktrace": true, "role": true,
	"buffer_size": true, "wait_end_of_query": true, "session_id": true, "session_timeout": true, "session_check": true,
	"close_session": true, "compress": true, "decompress": true, "database": true, "default_format": true,
	"query_id": true, "client_protocol_version": true, "": true,
}

var settingName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// settings are the request's, as the text of a SET; "" if there are none.
// readonly is left out, because it must come last.
func (q *request) settings() (names []string, set string, err error) {
	var pairs []string
	for k := range q.values {
		if reserved[k] || strings.HasPrefix(k, "param_") || k == "readonly" || q.describesTable(k) {
			continue
		}
		if !settingName.MatchString(k) {
			return nil, "", exception(unknownSetting, "Unknown setting '%s'", k)
		}
		names, pairs = append(names, k), append(pairs, k+" = "+quote(q.values.Get(k)))
	}
	sort.Strings(names)
	sort.Strings(pairs)
	return names, strings.Join(pairs, ", "), nil
}

// describesTable tells of external data: NAME_format, NAME_types, NAME_structure.
func (q *request) describesTable(k string) bool {
	return q.multipart && (strings.HasSuffix(k, "_format") || strings.HasSuffix(k, "_types") || strings.HasSuffix(k, "_structure"))
}

// prepare gives a connection the request's database and settings. undo takes
// the settings back, for a connection that outlives the request.
func (c *conn) prepare(q *request, keep bool) (undo func() error, err error) {
	undo = func() error { return nil }
	names, set, err := q.settings()
	if err != nil {
		return undo, err
	}
	if keep && len(names) > 0 {
		if undo, err = c.remember(names); err != nil {
			return undo, err
		}
	}
	if set != "" {
		if err := c.do("SET " + set); err != nil {
			return undo, err
		}
	}
	if db := q.database(); db != "" {
		if err := c.do("USE " + quoteName(db)); err != nil {
			return undo, err
		}
	}
	for _, role := range q.values["role"] {
		if err := c.do("SET ROLE " + quoteName(role)); err != nil {
			return undo, err
		}
	}
	if keep {
		return undo, c.do("SET log_comment = " + quote(q.comment()))
	}
	return undo, c.restrict(q)
}

// restrict makes the connection read-only where the request asks for it: a GET
// always does.
func (c *conn) restrict(q *request) error {
	level, given := q.values.Get("readonly"), q.values.Has("readonly")
	if q.http.Method == http.MethodGet || q.http.Method == http.MethodHead {
		if given && level != "1" && level != "2" {
			return exception(readonlyMode, "Cannot modify 'readonly' setting in readonly mode")
		}
		if !given {
			level, given = "2", true
		}
	}
	if !given {
		return nil
	}
	return c.do("SET readonly = " + quote(level))
}

// remember returns a function that sets the named settings back.
func (c *conn) remember(names []string) (func() error, error) {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = quote(n)
	}
	// An array of one string, as text, quotes the string as a literal.
	old, err := c.text("SELECT arrayStringConcat(groupArray(concat(name, ' = ', " +
		"if(changed, substring(toString([value]), 2, length(toString([value])) - 2), 'DEFAULT'))), ', ') " +
		"FROM system.settings WHERE name IN (" + strings.Join(list, ", ") + ")")
	if err != nil || old == "" {
		return func() error { return nil }, err
	}
	return func() error { return c.do("SET " + old) }, nil
}

// do runs a statement of our own that has no result.
func (c *conn) do(sql string) error {
	_, _, err := c.run(sql, "Null", nil)
	return err
}

func (q *request) database() string {
	if db := q.http.Header.Get("X-ClickHouse-Database"); db != "" {
		return db
	}
	return q.values.Get("database")
}
