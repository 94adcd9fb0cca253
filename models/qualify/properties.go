package qualify

import (
	"github.com/valyala/fastjson"
)

// properties parses the signal's properties when something first asks for them: most signals are never parsed.
func (e *evaluation) properties() *fastjson.Value {
	if e.parsed == nil {
		v, err := e.parser.Parse(e.signal.Properties)
		if err != nil || v.Type() != fastjson.TypeObject {
			v = emptyObject
		}
		e.parsed = v
	}
	return e.parsed
}

var emptyObject = fastjson.MustParse("{}")

// text is a property as text: strings as they are, numbers and booleans as JSON writes them, anything else "".
func (e *evaluation) text(property string) string {
	if e.signal.Properties == "" {
		return ""
	}
	v := e.properties().Get(property)
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
