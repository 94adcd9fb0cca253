package source

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// leavesBehind is what a built-in source's file says is not kept: under these paths, unless a longer one of rest says
// otherwise.
type leavesBehind struct {
	Split        string
	Fields       map[string]string
	Rest, Ignore paths
}

// paths are one or several.
type paths []string

func (p *paths) UnmarshalYAML(text []byte) error {
	var one string
	if err := yaml.Unmarshal(text, &one); err == nil {
		*p = paths{one}
		return nil
	}
	return yaml.Unmarshal(text, (*[]string)(p))
}

// within is the length of the longest path that p begins with, 0 for none.
func (p paths) within(path string) int {
	longest := 0
	for _, q := range p {
		if path == q || strings.HasPrefix(path, q+".") {
			longest = max(longest, len(q))
		}
	}
	return longest
}

func (l leavesBehind) keeps(path string) bool { return l.Ignore.within(path) <= l.Rest.within(path) }

func builtinRules(t *testing.T, name string) leavesBehind {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("builtin", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var rules leavesBehind
	if err := yaml.Unmarshal(text, &rules); err != nil {
		t.Fatal(err)
	}
	for _, p := range pathsIn(rules.Fields["properties"]) {
		rules.Rest = append(rules.Rest, p.String())
	}
	return rules
}

// items are the events within a message.
func (l leavesBehind) items(message any) []any {
	if list, ok := message.([]any); ok {
		var out []any
		for _, one := range list {
			out = append(out, l.items(one)...)
		}
		return out
	}
	if whole, ok := message.(map[string]any); ok && l.Split != "" {
		if list, ok := whole[strings.TrimPrefix(l.Split, "message.")].([]any); ok {
			return list
		}
	}
	return []any{message}
}

// mark puts a member into each object that says where it stands, and returns those places.
func mark(node any, at string) (places []string) {
	switch node := node.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(node)) {
			places = append(places, mark(node[name], at+"."+name)...)
		}
		node["what_may_come"] = "new in " + at
		places = append(places, at)
	case []any:
		for i, element := range node {
			places = append(places, mark(element, at+"."+strconv.Itoa(i))...)
		}
	}
	return places
}

// sampleValues are the JSON values of a sample, of several lines or one; what is no JSON is left out.
func sampleValues(input []byte) (values []any) {
	decoder := json.NewDecoder(bytes.NewReader(input))
	for {
		var value any
		if err := decoder.Decode(&value); err != nil {
			return values
		}
		values = append(values, value)
	}
}

// A member that nobody knows today is kept wherever it may come, in each object of each sample of each built-in source,
// but where the source's file says in so many words that the object is not kept.
func TestMembersThatMayComeAreKept(t *testing.T) {
	for _, s := range builtins(t) {
		if s.format == formatEnriched || s.Name == "eventlog" {
			continue // no JSON; one flat object that is kept whole
		}
		rules := builtinRules(t, s.Name)
		kept := 0
		for _, sample := range s.Samples {
			for _, item := range rules.items(sampleValues(sample.Input)) {
				places := mark(item, "item")
				encoded, err := json.Marshal(item)
				if err != nil {
					t.Fatal(err)
				}
				events, _ := s.Try(encoded, noon)
				if len(events) != 1 {
					continue // refused as the sample says
				}
				for _, place := range places {
					found := strings.Contains(events[0]["properties"], `"new in `+place+`"`)
					if want := rules.keeps(place); found != want {
						t.Errorf("%s, sample %s: what may come in %s is kept: %v, and the file says %v\n%s", s.Name, sample.Name, place, found, want, events[0]["properties"])
					}
					if found {
						kept++
					}
				}
			}
		}
		if kept == 0 {
			t.Errorf("%s: nothing was kept: the test has tested nothing", s.Name)
		}
	}
}

// leaves are the members of an object, however deep, that hold no object or array, each with its path.
func leaves(node any, at string, found map[string]any) {
	switch node := node.(type) {
	case map[string]any:
		for name, value := range node {
			leaves(value, at+"."+name, found)
		}
	case []any:
		for i, value := range node {
			leaves(value, at+"."+strconv.Itoa(i), found)
		}
	case nil:
	default:
		found[at] = node
	}
}

// read says whether an expression reads a member, a part of it, or something around it.
func (l leavesBehind) read(path string) bool {
	for _, code := range l.Fields {
		for _, p := range pathsIn(code) {
			if of := p.String(); of == path || strings.HasPrefix(of, path+".") || strings.HasPrefix(path, of+".") {
				return true
			}
		}
	}
	return false
}

// What real SDKs send is in a column, or in the properties, or on the list of what the source's file leaves behind.
func TestNothingOfTheCapturesIsLost(t *testing.T) {
	folder := sharedData(t, "sdk")
	if folder == "" {
		return
	}
	of := map[string]string{"analytics-node": "segment", "browser_analytics-next": "segment", "go_segment": "segment", "segment": "segment"}
	for name, want := range captured {
		of[name] = want.source
	}
	kept := map[string]int{}
	for name, sourceName := range of {
		s, err := Named(builtins(t), sourceName)
		if err != nil {
			t.Fatal(err)
		}
		rules := builtinRules(t, sourceName)
		for _, body := range captureBodies(t, filepath.Join(folder, name+".ndjson")) {
			for _, message := range apart(t, body) {
				events, rejects := s.Try(message, noon)
				if len(events) != 1 {
					t.Fatalf("%s: %s: %v", name, message, rejects)
				}
				var item any
				if err := json.Unmarshal(message, &item); err != nil {
					t.Fatal(err)
				}
				members := map[string]any{}
				leaves(item, "item", members)
				for path, value := range members {
					if !rules.keeps(path) || rules.read(path) {
						continue
					}
					encoded, err := json.Marshal(value)
					if err != nil {
						t.Fatal(err)
					}
					if !strings.Contains(events[0]["properties"], string(encoded)) {
						t.Errorf("%s: %s is lost: %s\nproperties %s", name, path, message, events[0]["properties"])
					}
					kept[path]++
				}
			}
		}
	}
	for _, path := range []string{"item.context.locale", "item.context.timezone"} {
		if kept[path] == 0 {
			t.Errorf("no capture has %s any more: the test has tested less than it says", path)
		}
	}
}
