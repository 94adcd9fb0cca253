package path

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Kinds of an Event.
const (
	KindEvent   = ""        // something the unit did
	KindStage   = "stage"   // an entry into a stage; Name is the stage
	KindChannel = "channel" // a touch; Name is its channel
)

// Match says which events are meant: those that are in one of the lists and meet every condition of Where. In names, *
// stands for any run of characters.
type Match struct {
	Events   []string `json:"events,omitempty"   yaml:"events"`   // names, in the sender's words; page views have none
	Meanings []string `json:"meanings,omitempty" yaml:"meanings"` // words of the vocabulary, whatever the sender calls them
	Pages    []string `json:"pages,omitempty"    yaml:"pages"`    // host and path, or a path that begins with /; no query, no www.
	Stages   []string `json:"stages,omitempty"   yaml:"stages"`
	Channels []string `json:"channels,omitempty" yaml:"channels"`
	// Where maps properties to the value they must have.
	Where map[string]string `json:"where,omitempty" yaml:"where"`
}

// IsZero tells a Match that was not given.
func (m Match) IsZero() bool { return !m.any() && len(m.Where) == 0 }

func (m Match) any() bool {
	return len(m.Events)+len(m.Meanings)+len(m.Pages)+len(m.Stages)+len(m.Channels) > 0
}

func (m Match) validate() error {
	if len(m.Where) > 0 && !m.any() {
		return errors.New("where alone matches nothing: name events too, such as events: [\"*\"]")
	}
	for _, list := range [][]string{m.Events, m.Meanings, m.Pages, m.Stages, m.Channels} {
		if slices.Contains(list, "") {
			return errors.New("an empty name matches nothing; * matches all")
		}
	}
	return nil
}

// matcher is a compiled Match.
type matcher struct {
	events, meanings, pages, paths, stages, channels names
	where                                            map[string]names
}

func (m Match) compile() *matcher {
	c := &matcher{events: compileNames(m.Events), meanings: compileNames(m.Meanings), stages: compileNames(m.Stages), channels: compileNames(m.Channels)}
	var pages, paths []string
	for _, page := range m.Pages {
		if strings.HasPrefix(page, "/") {
			paths = append(paths, page)
		} else {
			pages = append(pages, page)
		}
	}
	c.pages, c.paths = compileNames(pages), compileNames(paths)
	if len(m.Where) > 0 {
		c.where = make(map[string]names, len(m.Where))
		for property, value := range m.Where {
			c.where[property] = compileNames([]string{value})
		}
	}
	return c
}

func (m *matcher) matches(e *Event) bool {
	_, ok := m.name(e)
	return ok
}

// name is what a state made of the event is called: the stage, the channel, the event's own name, or its page.
func (m *matcher) name(e *Event) (string, bool) {
	name, ok := m.called(e)
	if !ok {
		return "", false
	}
	for property, values := range m.where {
		if !values.has(e.Properties[property]) {
			return "", false
		}
	}
	return name, true
}

func (m *matcher) called(e *Event) (string, bool) {
	switch e.Kind {
	case KindStage:
		return e.Name, m.stages.has(e.Name)
	case KindChannel:
		return e.Name, m.channels.has(e.Name)
	}
	if e.Name != "" && m.events.has(e.Name) {
		return e.Name, true
	}
	if e.Meaning != "" && m.meanings.has(e.Meaning) {
		return e.Meaning, true
	}
	if e.Page == "" {
		return "", false
	}
	path := "/"
	if slash := strings.IndexByte(e.Page, '/'); slash >= 0 {
		path = e.Page[slash:]
	}
	if m.paths.has(path) {
		return path, true
	}
	return e.Page, m.pages.has(e.Page)
}

// names are exact ones and patterns.
type names struct {
	exact    map[string]bool
	patterns [][]string // literal pieces between the stars
}

func compileNames(list []string) names {
	var n names
	for _, name := range list {
		if pieces := strings.Split(name, "*"); len(pieces) > 1 {
			n.patterns = append(n.patterns, pieces)
			continue
		}
		if n.exact == nil {
			n.exact = map[string]bool{}
		}
		n.exact[name] = true
	}
	return n
}

func (n *names) has(name string) bool {
	return n.exact[name] || slices.ContainsFunc(n.patterns, func(pieces []string) bool { return fits(name, pieces) })
}

// fits tells whether the pieces follow each other in the name, the first at its beginning and the last at its end.
func fits(name string, pieces []string) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(name) < len(first)+len(last) || !strings.HasPrefix(name, first) || !strings.HasSuffix(name, last) {
		return false
	}
	name = name[len(first) : len(name)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		at := strings.Index(name, piece)
		if at < 0 {
			return false
		}
		name = name[at+len(piece):]
	}
	return true
}

// PageOf is the host and path of an address, in the form that Match.Pages are written in: no scheme, www., port, query or
// fragment, and no slash at the end but that of the root. It is empty for what has no host.
func PageOf(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	host, path, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host[strings.LastIndexByte(host, '@')+1:], ":")
	if host = strings.TrimPrefix(strings.ToLower(host), "www."); host == "" {
		return ""
	}
	return host + "/" + strings.TrimSuffix(path, "/")
}

// Needs are what must be read of a unit to decide a definition: all that any Match of it can match.
type Needs struct {
	Names      string // regular expression (RE2) of event names; empty: none
	Meanings   string // the same of meanings
	Pages      bool
	Stages     bool
	Channels   bool
	Properties []string
	Campaigns  bool // and every event, since sessions end by silence
}

// needs of several matches, and of properties beside.
func needs(matches []Match, properties ...string) Needs {
	var n Needs
	var names, meanings []string
	wanted := map[string]bool{}
	for _, property := range properties {
		wanted[property] = true
	}
	for _, m := range matches {
		names, meanings = append(names, m.Events...), append(meanings, m.Meanings...)
		n.Pages = n.Pages || len(m.Pages) > 0
		n.Stages = n.Stages || len(m.Stages) > 0
		n.Channels = n.Channels || len(m.Channels) > 0
		for property := range m.Where {
			wanted[property] = true
		}
	}
	n.Names, n.Meanings = expression(names), expression(meanings)
	n.Properties = slices.Sorted(maps.Keys(wanted))
	return n
}

// expression is a regular expression of names with stars.
func expression(names []string) string {
	if len(names) == 0 {
		return ""
	}
	patterns := make([]string, len(names))
	for i, name := range names {
		pieces := strings.Split(name, "*")
		for k := range pieces {
			pieces[k] = regexp.QuoteMeta(pieces[k])
		}
		patterns[i] = strings.Join(pieces, ".*")
	}
	slices.Sort(patterns)
	return fmt.Sprintf("^(?s:%s)$", strings.Join(slices.Compact(patterns), "|"))
}
