package source

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// encoding is how a text holds JSON of its own: Snowplow's ue_pr and ue_px, CloudEvents' data_base64.
type encoding uint8

const (
	notEmbedded encoding = iota
	embeddedJSON
	embeddedBase64
	embeddedJSONOrText
	embeddedBase64OrText
)

var encodings = map[string]encoding{"json": embeddedJSON, "base64": embeddedBase64, "json_or_text": embeddedJSONOrText,
	"base64_or_text": embeddedBase64OrText}

var errNotEmbedded = errors.New("holds no JSON")

// embedded reads the JSON that a text holds as if it stood there itself. Where it holds none, that is a fault, or the text
// stays what it is.
func (s *scanner) embedded(want *fields, v value, depth int) error {
	s.inside = ""
	err := s.inner(want, v, depth)
	if err != nil && (want.embedded == embeddedJSONOrText || want.embedded == embeddedBase64OrText) {
		s.note(want, v)
		return nil
	}
	return err
}

func (s *scanner) inner(want *fields, v value, depth int) error {
	start := len(s.buffer)
	s.buffer = appendUnescaped(s.buffer, v.text)
	content := unsafeString(s.buffer[start:])
	if want.embedded == embeddedBase64 || want.embedded == embeddedBase64OrText {
		decoded, err := decodeBase64(content)
		if err != nil {
			return fmt.Errorf("%s: %w: %w", want.key, errNotEmbedded, err)
		}
		content = decoded
	}
	inside := scanner{text: content, slots: s.slots, rest: s.rest, buffer: s.buffer}
	before := len(s.rest)
	end, err := inside.value(inside.space(0), want, depth+1)
	if err == nil && inside.space(end) < len(content) {
		err = inside.unexpected(inside.space(end), "the end")
	}
	if err != nil {
		want.forget(s.slots)
		s.rest = s.rest[:before]
		return fmt.Errorf("%s: %w: %w", want.key, errNotEmbedded, err)
	}
	s.rest, s.buffer, s.inside = inside.rest, inside.buffer, content[inside.space(0):end]
	return nil
}

// keep notes a member for the properties; what a text held is noted in its place.
func (s *scanner) keep(found *fields, member string) {
	if found != nil && found.embedded != notEmbedded && s.inside != "" {
		key, content := splitMember(member)
		if content[0] != '"' { // no text: what was inside is another's, perhaps of another message
			s.rest = append(s.rest, member)
			return
		}
		start := len(s.buffer)
		s.buffer = append(append(append(append(s.buffer, '"'), key...), `":`...), s.inside...)
		member = unsafeString(s.buffer[start:])
	}
	s.rest = append(s.rest, member)
}

// forget takes back what was noted before a fault.
func (f *fields) forget(slots []value) {
	for _, slot := range f.slots {
		slots[slot] = value{}
	}
	for _, c := range f.children {
		c.forget(slots)
	}
}

// decodeBase64 takes both alphabets, with and without padding: senders use each.
func decodeBase64(s string) (string, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	decoded, err := base64.RawStdEncoding.DecodeString(s)
	switch {
	case err != nil:
		return "", err
	case !utf8.Valid(decoded):
		return "", errors.New("no UTF-8")
	}
	return unsafeString(decoded), nil
}
