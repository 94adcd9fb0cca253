package source

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"mime"
	"strings"
	"unicode/utf8"
)

// CloudEventsBinary is the header by which a record is known to be a CloudEvent in binary mode: its attributes are headers
// and its value is the data alone (CloudEvents 1.0, Kafka Protocol Binding, 3.2).
const CloudEventsBinary = "ce_specversion"

// StructuredEvent is a CloudEvent in binary mode as structured mode writes it (JSON Event Format): what is JSON stands in
// data as it is, other text as a string, anything else in data_base64. Headers that are no attributes are left out.
func StructuredEvent(headers iter.Seq2[string, []byte], value []byte) []byte {
	out, contentType := []byte{'{'}, ""
	attribute := func(name string, content []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(AppendQuoted(out, strings.ToValidUTF8(name, "\uFFFD")), ':')
		out = AppendQuoted(out, strings.ToValidUTF8(string(content), "\uFFFD"))
	}
	for name, content := range headers {
		if strings.EqualFold(name, "content-type") {
			contentType = string(content)
			attribute("datacontenttype", content)
		} else if attributeName, found := strings.CutPrefix(name, "ce_"); found && attributeName != "data" && attributeName != "data_base64" {
			attribute(attributeName, content)
		}
	}
	if value != nil {
		out = appendData(out, contentType, value)
	}
	return append(out, '}')
}

func appendData(out []byte, contentType string, value []byte) []byte {
	media, _, err := mime.ParseMediaType(contentType)
	switch text := utf8.Valid(value); {
	case len(value) == 0:
		return out
	case text && json.Valid(value) && (err != nil || media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")):
		return append(append(out, `,"data":`...), value...)
	case text:
		return AppendQuoted(append(out, `,"data":`...), string(value))
	}
	return append(base64.StdEncoding.AppendEncode(append(out, `,"data_base64":"`...), value), '"')
}
