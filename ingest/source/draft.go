package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Draft writes a source file for messages like the sample: what the format is, where the events are, and which member
// is which column, guessed by the members' names and checked against their values. The sample goes in with what the
// draft makes of it, so that the file tests itself and whoever edits it sees what changes.
func Draft(name string, sample []byte) ([]byte, error) {
	if strings.TrimSpace(name) == "" {
		return nil, errors.New("draft a source: it needs a name")
	}
	d := &draft{name: name, sample: string(bytes.TrimSpace(sample))}
	if err := d.look(); err != nil {
		return nil, fmt.Errorf("draft a source: %w", err)
	}
	d.guess()
	file := d.text()
	s, err := Parse(name+".yaml", []byte(file))
	if err != nil {
		return nil, fmt.Errorf("draft a source: %w", err)
	}
	return []byte(file + d.sampleText(s)), nil
}

type draft struct {
	name, sample string
	format       string
	split        string
	item         map[string]any // the first event
	members      []member
	fields       map[string]string // column: expression
	layout       string
}

// member is a value within the first event.
type member struct {
	path  []string
	value any
}

// look finds the format and the first event.
func (d *draft) look() error {
	if strings.Count(strings.SplitN(d.sample, "\n", 2)[0], "\t")+1 >= len(enrichedFields) {
		return d.lookAtRow()
	}
	values, err := jsonValues(d.sample)
	if err != nil {
		return fmt.Errorf("the sample is neither JSON nor a row of an enriched stream: %w", err)
	}
	d.format = "json"
	if len(values) > 1 {
		d.format = "ndjson"
	}
	first := values[0]
	if list, ok := first.([]any); ok {
		d.format = "json_array"
		if len(list) == 0 {
			return errors.New("the sample is an empty array")
		}
		first = list[0]
	}
	object, ok := first.(map[string]any)
	if !ok {
		return errors.New("the sample's events are no JSON objects")
	}
	if object["specversion"] != nil && object["id"] != nil {
		d.format = "cloudevents"
	}
	d.item = d.event(object)
	return nil
}

func (d *draft) lookAtRow() error {
	d.format = "snowplow_enriched"
	text, f := enriched(nil, strings.SplitN(d.sample, "\n", 2)[0])
	if f != nil {
		return f
	}
	return json.Unmarshal(text, &d.item)
}

func jsonValues(text string) ([]any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var values []any
	for {
		var v any
		switch err := decoder.Decode(&v); {
		case errors.Is(err, io.EOF) && len(values) > 0:
			return values, nil
		case errors.Is(err, io.EOF):
			return nil, errors.New("it is empty")
		case err != nil:
			return nil, err
		}
		values = append(values, v)
	}
}

// batches are the names under which senders put several events into one message.
var batches = []string{"batch", "events", "messages", "items", "records", "data"}

// event goes into a batch, where a message is one.
func (d *draft) event(message map[string]any) map[string]any {
	for _, name := range batches {
		if list, ok := message[name].([]any); ok && len(list) > 0 {
			if first, ok := list[0].(map[string]any); ok {
				d.split = expressionPath("message", []string{name})
				return first
			}
		}
	}
	return message
}

// guesses are the names that columns have elsewhere, folded; a path's last two names count as well: user.id is userid.
var guesses = []struct {
	column string
	names  []string
}{
	{"event_id", []string{"eventid", "messageid", "insertid", "uuid", "eid", "id"}},
	{"name", []string{"eventname", "event", "eventtype", "topic", "action", "type", "name"}},
	{"event_ts", []string{"eventts", "timestamp", "eventtime", "occurredat", "time", "ts", "createdat", "created", "date", "datetime", "derivedtstamp"}},
	{"sent_at", []string{"sentat", "clientuploadtime"}},
	{"received_at", []string{"receivedat", "collectortstamp"}},
	{"anonymous_id", []string{"anonymousid", "deviceid", "visitorid", "clientid", "cookieid", "domainuserid"}},
	{"user_id", []string{"userid", "uid", "customerid", "personid", "memberid", "contactid", "distinctid", "customer"}},
	{"account_id", []string{"accountid", "companyid", "groupid", "workspaceid", "organizationid", "organisationid", "orgid", "tenantid", "teamid"}},
	{"email", []string{"email", "emailaddress", "mail", "useremail"}},
	{"session_hint", []string{"sessionid", "domainsessionid"}},
	{"url", []string{"url", "pageurl", "href", "currenturl"}},
	{"referrer", []string{"referrer", "referer", "pagereferrer"}},
	{"utm_source", []string{"utmsource", "mktsource"}},
	{"utm_medium", []string{"utmmedium", "mktmedium"}},
	{"utm_campaign", []string{"utmcampaign", "mktcampaign"}},
	{"country", []string{"countrycode", "country", "geocountry"}},
	{"user_agent", []string{"useragent"}},
	{"value", []string{"revenue", "amount", "value", "total", "price"}},
	{"currency", []string{"currency", "currencycode"}},
	{"properties", []string{"properties", "data", "payload", "attributes", "traits"}},
}

func (d *draft) guess() {
	d.fields = map[string]string{}
	d.members = flatten(nil, d.item, 0)
	for _, g := range guesses {
		for _, name := range g.names {
			if m := d.find(g.column, name); m != nil {
				d.fields[g.column] = expressionPath("item", m.path)
				break
			}
		}
	}
	if d.format == "cloudevents" {
		d.fields["event_id"], d.fields["name"] = "joined('#', item.source, item.id)", "item.type"
	}
}

// find is the least deep member of a name whose value the column can hold.
func (d *draft) find(column, name string) *member {
	for i := range d.members {
		m := &d.members[i]
		if foldName(m.path[len(m.path)-1]) != name && foldName(strings.Join(m.path[max(len(m.path)-2, 0):], "")) != name {
			continue
		}
		if d.fits(column, m.value) {
			return m
		}
	}
	return nil
}

func (d *draft) fits(column string, v any) bool {
	c, _ := columnNamed(column)
	_, isObject := v.(map[string]any)
	_, isList := v.([]any)
	text := fmt.Sprint(v)
	switch {
	case c.kind == objectColumn:
		return isObject
	case isObject || isList || v == nil || text == "":
		return false
	case c.kind == timeColumn:
		return d.isTime(text)
	case c.kind == decimalColumn:
		_, err := parseDecimal(text)
		return err == nil
	case column == "email":
		return strings.Contains(text, "@")
	}
	return true
}

// layouts are how people write times beside ISO 8601; day first, as most of the world does.
var layouts = []string{"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "02/01/2006 15:04:05", "02/01/2006 15:04", "02/01/2006",
	"01/02/2006 15:04:05", "01/02/2006", "2006/01/02 15:04:05", "2006/01/02", time.RFC1123Z, time.RFC1123, time.RFC850, time.ANSIC,
	"20060102T150405Z", "2 Jan 2006 15:04:05", "Jan 2, 2006"}

func (d *draft) isTime(text string) bool {
	if ms, err := parseTime(text, nil); err == nil {
		return ms > earliest
	}
	for _, layout := range layouts {
		if _, err := time.Parse(layout, text); err == nil {
			d.layout = layout
			return true
		}
	}
	return false
}

// flatten lists the members of an object, the least deep first.
func flatten(path []string, object map[string]any, depth int) []member {
	var here, below []member
	for _, name := range slices.Sorted(maps.Keys(object)) {
		p := append(slices.Clone(path), name)
		here = append(here, member{p, object[name]})
		if inner, ok := object[name].(map[string]any); ok && depth < 4 {
			below = append(below, flatten(p, inner, depth+1)...)
		}
	}
	slices.SortStableFunc(below, func(a, b member) int { return len(a.path) - len(b.path) })
	return append(here, below...)
}

var plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

func expressionPath(root string, path []string) string {
	out := root
	for _, name := range path {
		if plainName.MatchString(name) {
			out += "." + name
		} else {
			out += "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
		}
	}
	return out
}
