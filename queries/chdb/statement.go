package chdb

import "strings"

// statement is a query's text and what its tokens show.
type statement struct {
	sql    string
	tokens []token

	format      string // named by a FORMAT clause, "" if none
	formatStart int    // where that clause (or the end of the statement) is
	end         int    // of the statement, a trailing semicolon left out

	headEnd int // of the statement before an INSERT's FORMAT or VALUES

	insert    bool
	dataFrom  int // INSERT: first byte of the rows in sql; -1 if it takes none
	inputFrom int // INSERT … SELECT … FROM input(: where "input(" begins, else -1
	inputEnd  int // and ends
}

// parse looks at sql, which may be the first part of a longer text.
func parse(sql string) statement {
	st := statement{sql: sql, tokens: scan(sql), dataFrom: -1, inputFrom: -1, end: len(sql), headEnd: len(sql)}
	if st.is(0, "INSERT") {
		st.insert = true
		if st.findData() {
			return st
		}
	}
	st.findEnd()
	st.findFormat()
	return st
}

func (st *statement) text(i int) string {
	if i < 0 || i >= len(st.tokens) {
		return ""
	}
	return st.sql[st.tokens[i].start:st.tokens[i].end]
}

// is tells whether token i is the unquoted keyword.
func (st *statement) is(i int, keyword string) bool {
	return i < len(st.tokens) && i >= 0 && st.tokens[i].kind == tokenWord && strings.EqualFold(st.text(i), keyword)
}

// findData finds where an INSERT's rows begin. Rows may hold anything, so the
// search stops at the first FORMAT or VALUES behind the table's name.
func (st *statement) findData() bool {
	selects := false
	for i := st.afterTable(); i < len(st.tokens); i++ {
		t := st.tokens[i]
		switch {
		case selects && st.is(i, "input") && st.text(i+1) == "(":
			st.inputFrom, st.inputEnd = t.start, st.tokens[i+1].end
		case t.depth != 0:
		case st.is(i, "VALUES") && !selects:
			st.format, st.headEnd, st.dataFrom = "Values", t.start, t.end
			return true
		case st.is(i, "FORMAT") && i+1 < len(st.tokens) && (!selects || st.inputFrom >= 0):
			st.format, st.headEnd = st.text(i+1), t.start
			st.dataFrom = skipLineEnd(st.sql, st.tokens[i+1].end)
			return true
		case st.is(i, "SELECT"), st.is(i, "WITH"), st.is(i, "WATCH"), st.is(i, "FROM"):
			selects = true
		}
	}
	return false
}

// afterTable is the first token behind INSERT [INTO] [TABLE] [FUNCTION] name[.name].
func (st *statement) afterTable() int {
	i := 1
	for st.is(i, "INTO") || st.is(i, "TABLE") || st.is(i, "FUNCTION") {
		i++
	}
	for i++; st.text(i) == "."; {
		i += 2
	}
	return i
}

// skipLineEnd steps over the spaces and the one line break that separate
// FORMAT from the rows.
func skipLineEnd(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\f') {
		i++
	}
	if i < len(s) && s[i] == '\r' {
		i++
	}
	if i < len(s) && s[i] == '\n' {
		i++
	}
	return i
}

// findEnd drops trailing semicolons.
func (st *statement) findEnd() {
	for n := len(st.tokens); n > 0 && st.text(n-1) == ";"; n-- {
		st.end = st.tokens[n-1].start
		st.tokens = st.tokens[:n-1]
	}
}

// several tells whether text follows a semicolon.
func (st *statement) several() bool {
	for i := range st.tokens {
		if st.text(i) == ";" {
			return true
		}
	}
	return false
}

// outfile and infile tell of clauses that make sense in a client only.
func (st *statement) outfile() bool { return st.pair("INTO", "OUTFILE") }

func (st *statement) infile() bool { return st.pair("FROM", "INFILE") }

func (st *statement) pair(first, second string) bool {
	for i := range st.tokens {
		if st.dataFrom >= 0 && st.tokens[i].start >= st.dataFrom {
			return false
		}
		if st.tokens[i].depth == 0 && st.is(i, first) && st.is(i+1, second) {
			return true
		}
	}
	return false
}

// findFormat finds a FORMAT clause: FORMAT, a name, then the end or SETTINGS.
func (st *statement) findFormat() {
	st.formatStart = st.end
	for i := len(st.tokens) - 2; i > 0; i-- {
		if st.tokens[i].depth != 0 || !st.is(i, "FORMAT") || st.tokens[i+1].kind != tokenWord {
			continue
		}
		if i+2 == len(st.tokens) || st.is(i+2, "SETTINGS") {
			st.format, st.formatStart = st.text(i+1), st.tokens[i].start
			return
		}
	}
}

// into is the statement with its output sent to path as format, unless the
// statement names a format itself.
func (st *statement) into(path, format string) string {
	tail := st.sql[st.formatStart:st.end]
	if st.format == "" {
		tail = "FORMAT " + format
	}
	return st.sql[:st.formatStart] + "\nINTO OUTFILE " + quote(path) + " TRUNCATE " + tail
}
