package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// text is the draft without its sample.
func (d *draft) text() string {
	var out strings.Builder
	line := func(format string, arguments ...any) { fmt.Fprintf(&out, format+"\n", arguments...) }
	line("# A draft, guessed from one message: look at each line, then run `funnelcloud source test` on this file.")
	line("# docs/sources.md explains the keys and the language of the expressions.")
	line("name: %s", quoteYAML(d.name))
	line("description: \"\"")
	line("topics: [%s] # the Kafka topics to read", quoteYAML(d.name))
	line("format: %s # one of %s", d.format, formatNames())
	if d.split != "" {
		line("split: %s # the array of a message that holds its events", quoteYAML(d.split))
	}
	if d.layout != "" {
		line("time_layouts: [%s] # 2 January 2006, 15:04:05 in the sender's way; mind which is the day", quoteYAML(d.layout))
	}
	if key := d.key(); key != "" {
		line("key: %s # what `funnelcloud load` keeps in order", quoteYAML(key))
	}
	line("\nfields:")
	line("  kind: \"'track'\" # or page, identify, group, message, call, billing, …")
	for _, g := range guesses {
		if code := d.fields[g.column]; code != "" {
			line("  %s: %s", g.column, quoteYAML(code))
		} else if comment := missingFields[g.column]; comment != "" {
			line("  # %s: %s", g.column, comment)
		}
	}
	line("\n# Members that no field takes are kept in the properties.\nrest: item")
	line("\n# What a column can't hold: reject refuses the event, keep puts the value into the properties as text.\nwrong_type: reject")
	line("\n# Without these an event is refused; | means one of them.\nrequired: [%s]", strings.Join(d.required(), ", "))
	line("\n# personal_data:\n#   drop: [properties.phone]\n#   hash: [email]")
	line("\n# Names that companies usually give their events have their usual meaning; your own words count more.\nusual_meanings: true")
	line("# meanings:\n#   Your Event: signed_up")
	return out.String()
}

var missingFields = map[string]string{
	"event_id":     "no member found; events get the hash of their message",
	"name":         "no member found",
	"event_ts":     "no member found; events get the time of their receipt",
	"user_id":      "no member found: which one is the id of the person?",
	"anonymous_id": "no member found: is there an id of the device or browser?",
	"account_id":   "no member found: is there an id of the company?",
}

func (d *draft) key() string {
	for _, c := range []string{"user_id", "anonymous_id", "account_id", "email"} {
		if code := d.fields[c]; code != "" {
			return code
		}
	}
	return ""
}

func (d *draft) required() []string {
	var out, someone []string
	if d.fields["name"] != "" {
		out = append(out, "name")
	}
	for _, c := range []string{"user_id", "anonymous_id", "account_id", "email"} {
		if d.fields[c] != "" {
			someone = append(someone, c)
		}
	}
	if len(someone) > 0 {
		out = append(out, strings.Join(someone, " | "))
	}
	return out
}

// sampleText is the sample with what the draft makes of it.
func (d *draft) sampleText(s *Source) string {
	received := int64(defaultSampleTime)
	// Received a moment after it happened, lest the time be taken for that of a clock that runs ahead.
	var whenever collector
	s.NewMapper().Map(Record{Value: []byte(d.sample), Time: latest, Backfill: true}, &whenever)
	for _, e := range whenever.events {
		if ms, err := parseTime(e["event_ts"], nil); err == nil && ms < latest {
			received = max(received, ms/1000*1000+1000)
		}
	}
	events, rejects := s.Try([]byte(d.sample), time.UnixMilli(received))
	var out strings.Builder
	fmt.Fprintf(&out, "\nsamples:\n  - name: the first message\n    received_at: %s\n    input: %s\n",
		time.UnixMilli(received).UTC().Format(time.RFC3339), blockYAML(d.sample))
	if len(events) > 0 {
		out.WriteString("    events:\n")
	}
	for _, e := range events {
		prefix := "      - "
		for _, c := range columns {
			if content := e[c.name]; content != "" && c.kind != objectColumn && (c.name != "event_id" || d.fields["event_id"] != "") {
				fmt.Fprintf(&out, "%s%s: %s\n", prefix, c.name, quoteYAML(content))
				prefix = "        "
			}
		}
	}
	if len(rejects) > 0 {
		var names []string
		for _, r := range rejects {
			names = append(names, r.Reason)
		}
		fmt.Fprintf(&out, "    rejects: [%s] # %s\n", strings.Join(names, ", "), rejects[0].Detail)
	}
	return out.String()
}

var plainYAML = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./@-]*$`)

// quoteYAML writes text in double quotes, which YAML reads as JSON does, unless it can be read without.
func quoteYAML(s string) string {
	if plainYAML.MatchString(s) && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(s)) {
		return s
	}
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s); err != nil { // a string always has an encoding
		return `""`
	}
	return strings.TrimSpace(quoted.String())
}

// blockYAML writes the sample as it is, indented; where that can't be, in quotes.
func blockYAML(s string) string {
	if strings.ContainsAny(s, "\t\r") || strings.HasPrefix(s, " ") {
		return quoteYAML(s)
	}
	return "|-\n      " + strings.ReplaceAll(s, "\n", "\n      ")
}
