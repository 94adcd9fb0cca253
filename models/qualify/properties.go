package qualify

import (
	"strconv"
	"strings"

	"github.com/valyala/fastjson"
)

// propertyReader parses an event's properties when something first asks for them: most events are never parsed.
type propertyReader struct {
	parser fastjson.Parser
	json   string
	parsed *fastjson.Value
}

func (r *propertyReader) show(json string) { r.json, r.parsed = json, nil }

// get is the member at a path, nil where there is none. Properties that are no JSON object have no members.
func (r *propertyReader) get(path ...string) *fastjson.Value {
	if r.json == "" || r.json == "{}" {
		return nil
	}
	if r.parsed == nil {
		v, err := r.parser.Parse(r.json)
		if err != nil || v.Type() != fastjson.TypeObject {
			v = emptyObject
		}
		r.parsed = v
	}
	return r.parsed.Get(path...)
}

var emptyObject = fastjson.MustParse("{}")

// text is a property as text: strings as they are, numbers and booleans as JSON writes them, anything else "".
func (r *propertyReader) text(property string) string { return textOf(r.get(property)) }

func textOf(v *fastjson.Value) string {
	if v == nil {
		return ""
	}
	switch v.Type() {
	case fastjson.TypeString:
		return string(v.GetStringBytes())
	case fastjson.TypeNumber, fastjson.TypeTrue, fastjson.TypeFalse:
		return v.String()
	default:
		return ""
	}
}

// any is a property with the type that expressions expect.
func (r *propertyReader) any(path []string) any { return anyOf(r.get(path...)) }

func anyOf(v *fastjson.Value) any {
	if v == nil {
		return nil
	}
	switch v.Type() {
	case fastjson.TypeString:
		return string(v.GetStringBytes())
	case fastjson.TypeTrue, fastjson.TypeFalse:
		return v.Type() == fastjson.TypeTrue
	case fastjson.TypeNumber:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		return v.GetFloat64()
	case fastjson.TypeArray:
		elements := v.GetArray()
		out := make([]any, len(elements))
		for i, e := range elements {
			out[i] = anyOf(e)
		}
		return out
	case fastjson.TypeObject:
		out := map[string]any{}
		v.GetObject().Visit(func(key []byte, member *fastjson.Value) { out[string(key)] = anyOf(member) })
		return out
	default:
		return nil
	}
}

func joinPath(path []string) string { return strings.Join(path, ".") }

// text is a property of the event being taken, as text.
func (e *evaluation) text(property string) string { return e.view.reader.text(property) }
