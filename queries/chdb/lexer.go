package chdb

// A lexer for ClickHouse's SQL, just deep enough to find where a statement
// ends, where an INSERT's data begins and which FORMAT it names. What a
// statement means is always the engine's own parser's to say.

type tokenKind int

const (
	tokenWord   tokenKind = iota // keyword, name or number
	tokenQuoted                  // 'text', "name", `name`, $tag$text$tag$
	tokenMark                    // one byte of punctuation
)

type token struct {
	kind       tokenKind
	start, end int
	depth      int // of brackets around it
}

// scan returns the tokens of sql, comments and spaces left out, up to the end
// or to a string or comment that has none.
func scan(sql string) (tokens []token) {
	depth := 0
	for i := 0; i < len(sql); {
		end, kind, skip, ok := next(sql, i)
		if !ok {
			return tokens
		}
		if !skip {
			if sql[i] == ')' || sql[i] == ']' || sql[i] == '}' {
				depth--
			}
			tokens = append(tokens, token{kind, i, end, depth})
			if kind == tokenMark && (sql[i] == '(' || sql[i] == '[' || sql[i] == '{') {
				depth++
			}
		}
		i = end
	}
	return tokens
}

// next reads the token or gap that begins at i.
func next(s string, i int) (end int, kind tokenKind, skip, ok bool) {
	c := s[i]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' || c == 0:
		return i + 1, 0, true, true
	case has(s, i, "--") || has(s, i, "#!") || has(s, i, "# "):
		return lineEnd(s, i), 0, true, true
	case has(s, i, "/*"):
		end, ok := find(s, i+2, "*/")
		return end, 0, true, ok
	case c == '\'' || c == '"' || c == '`':
		end, ok := quotedEnd(s, i)
		return end, tokenQuoted, false, ok
	case c == '$':
		return heredoc(s, i)
	case isWord(c):
		end := i + 1
		for end < len(s) && isWord(s[end]) {
			end++
		}
		return end, tokenWord, false, true
	}
	return i + 1, tokenMark, false, true
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func has(s string, i int, prefix string) bool {
	return len(s)-i >= len(prefix) && s[i:i+len(prefix)] == prefix
}

func lineEnd(s string, i int) int {
	for i < len(s) && s[i] != '\n' {
		i++
	}
	return i
}

func find(s string, from int, what string) (int, bool) {
	for i := from; i+len(what) <= len(s); i++ {
		if s[i:i+len(what)] == what {
			return i + len(what), true
		}
	}
	return len(s), false
}

// quotedEnd finds the closing quote; a backslash and a doubled quote escape.
func quotedEnd(s string, i int) (int, bool) {
	q := s[i]
	for j := i + 1; j < len(s); j++ {
		switch {
		case s[j] == '\\':
			j++
		case s[j] == q && j+1 < len(s) && s[j+1] == q:
			j++
		case s[j] == q:
			return j + 1, true
		}
	}
	return len(s), false
}

// heredoc reads $tag$ … $tag$; a lone dollar is part of a name.
func heredoc(s string, i int) (int, tokenKind, bool, bool) {
	j := i + 1
	for j < len(s) && isWord(s[j]) {
		j++
	}
	if j < len(s) && s[j] == '$' {
		end, ok := find(s, j+1, s[i:j+1])
		return end, tokenQuoted, false, ok
	}
	return j, tokenWord, false, true
}
