// Package source turns other people's messages into canonical events. A source is one YAML file: which topics it reads,
// how a message's fields become the event's columns, which events mean what in the funnel, what is required, and samples
// that say what should come out.
//
// The package promises: the same message always gives the same events (it knows no clock, no network, no log, no
// database); every item of a message becomes exactly one event or one reject with its reason, and nothing else happens
// whatever the bytes are.
package source

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Source is a compiled source definition. It doesn't change, so any number of goroutines may share it; each takes a
// Mapper of its own.
type Source struct {
	Name        string
	Description string
	Topics      []string
	File        string // where it was read from
	Samples     []Sample

	format    format
	splitText string
	split     int // slot of the array that holds the events, -1 when the message is one event
	key       *expression
	layouts   []string
	fields    []field
	meanings  map[string]*meaningRule // by folded name
	required  []requirement
	paths     []memberPath
	itemSlots []int
	message   fields // every path, for a message that is its own item
	item      fields // paths below item, for the elements of a split
}

type field struct {
	column     column
	expression *expression
}

type format uint8

const (
	formatJSON format = iota
	formatLines
	formatArray
)

var formats = map[string]format{"": formatJSON, "json": formatJSON, "ndjson": formatLines, "json_array": formatArray}

// Builtin compiles the sources that come with the program, in the order of their names.
func Builtin() ([]*Source, error) {
	folder, err := fs.Sub(builtin, "builtin")
	if err != nil {
		return nil, err
	}
	return readAll(folder)
}

// All compiles the built-in sources and the user's, which are the *.yaml and *.yml files at the top of a folder; nil
// stands for none. A user's source replaces the built-in one of its name. All files' faults are reported at once.
func All(user fs.FS) ([]*Source, error) {
	sources, err := Builtin()
	if err != nil || user == nil {
		return sources, err
	}
	own, err := readAll(user)
	if err != nil {
		return nil, err
	}
	sources = slices.DeleteFunc(sources, func(s *Source) bool {
		return slices.ContainsFunc(own, func(o *Source) bool { return o.Name == s.Name })
	})
	sources = append(sources, own...)
	slices.SortFunc(sources, func(a, b *Source) int { return strings.Compare(a.Name, b.Name) })
	_, err = ByTopic(sources)
	return sources, err
}

func readAll(folder fs.FS) ([]*Source, error) {
	var sources []*Source
	var faults []error
	for _, pattern := range []string{"*.yaml", "*.yml"} {
		files, err := fs.Glob(folder, pattern)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			text, err := fs.ReadFile(folder, file)
			if err != nil {
				return nil, fmt.Errorf("read source file %s: %w", file, err)
			}
			s, err := Parse(file, text)
			if err == nil && slices.ContainsFunc(sources, func(o *Source) bool { return o.Name == s.Name }) {
				err = fmt.Errorf("%s: another file defines a source %s as well", file, s.Name)
			}
			sources, faults = append(sources, s), append(faults, err)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return sources, nil
}

// Parse compiles a source definition. Every fault is reported with file and line, all at once where the YAML itself is
// sound. Whether the samples hold is for CheckSamples to say.
func Parse(file string, text []byte) (*Source, error) {
	var d definition
	if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	b := &builder{file: file, definition: &d, source: &Source{File: file, split: -1}}
	b.build()
	if len(b.faults) > 0 {
		return nil, errors.Join(b.faults...)
	}
	return b.source, nil
}

// builder compiles a definition and collects its faults.
type builder struct {
	file       string
	definition *definition
	source     *Source
	compiler   compiler
	faults     []error
}

func (b *builder) faultf(at int, format string, arguments ...any) {
	b.faults = append(b.faults, fmt.Errorf("%s:%d: %w", b.file, max(at, 1), fmt.Errorf(format, arguments...)))
}

func (b *builder) build() {
	b.header()
	b.fields()
	b.meanings()
	b.required()
	b.samples()
	b.tries()
}

func (b *builder) header() {
	d, s := b.definition, b.source
	s.Name, s.Description = d.Name.text, d.Description
	if s.Name == "" {
		b.faultf(d.Name.at, "name is missing")
	}
	if len(d.Topics) == 0 {
		b.faultf(d.Name.at, "topics is missing: name at least one Kafka topic")
	}
	for _, topic := range d.Topics {
		if topic.text == "" || strings.ContainsAny(topic.text, " /\\\t\n") {
			b.faultf(topic.at, "topic %q is no name of a Kafka topic", topic.text)
		}
		s.Topics = append(s.Topics, topic.text)
	}
	var known bool
	if s.format, known = formats[d.Format.text]; !known {
		b.faultf(d.Format.at, "format %q is none of json, ndjson, json_array", d.Format.text)
	}
	for _, layout := range d.TimeLayouts {
		if !strings.ContainsAny(layout.text, "0126") {
			b.faultf(layout.at, "time_layouts: %q is no layout; write 2 January 2006, 15:04:05 in the sender's way", layout.text)
		}
		s.layouts = append(s.layouts, layout.text)
	}
	b.splitAndKey()
}

func (b *builder) splitAndKey() {
	d, s := b.definition, b.source
	if d.Split.text != "" {
		e := b.expression(d.Split, "split", objectColumn)
		slot, isPath := slotNode(0), false
		if e != nil {
			slot, isPath = e.fast.(slotNode)
		}
		if e != nil && (!isPath || b.compiler.paths[slot].root != "message") {
			b.faultf(d.Split.at, "split: %q is not the path of an array in the message, such as message.batch", d.Split.text)
		}
		s.split, s.splitText = int(slot), d.Split.text
	}
	if d.Key.text != "" {
		s.key = b.expression(d.Key, "key", textColumn)
	}
}

func (b *builder) expression(code line, what string, kind columnKind) *expression {
	e, err := b.compiler.compile(code.text, kind)
	if err != nil {
		b.faultf(code.at, "%s: %w", what, err)
	}
	return e
}

func (b *builder) fields() {
	d := b.definition
	for _, name := range slices.Sorted(maps.Keys(d.Fields)) {
		c, ok := columnNamed(name)
		if !ok {
			b.faultf(d.Fields[name].at, "fields: %s is no column of an event; there are %s", name, columnNames())
			continue
		}
		b.source.fields = append(b.source.fields, field{c, b.expression(d.Fields[name], "field "+name, c.kind)})
	}
	if _, ok := d.Fields["kind"]; !ok {
		b.faultf(d.Name.at, "fields: kind is missing; it says which of %s an event is", strings.Join(vocabulary.Kinds, ", "))
	}
}

func columnNames() string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// meanings compiles lines such as `Signed Up: signed_up` and, for pages alone, `page/Pricing: pricing_viewed`.
func (b *builder) meanings() {
	b.source.meanings = map[string]*meaningRule{}
	for _, name := range slices.Sorted(maps.Keys(b.definition.Meanings)) {
		code := b.definition.Meanings[name]
		of := &meaningOf{word: code.text}
		if !isMeaning(code.text) {
			e, err := b.compiler.compile(code.text, textColumn)
			if err != nil {
				b.faultf(code.at, "meanings: %q is neither a meaning (%s) nor an expression: %w", code.text,
					strings.Join(vocabulary.Meanings, ", "), err)
				continue
			}
			of.expression = e
		}
		b.addMeaning(name, code.at, of)
	}
}

func (b *builder) addMeaning(name string, at int, of *meaningOf) {
	eventKind, rest, found := strings.Cut(name, "/")
	if !found || knownKind(eventKind) == "" {
		eventKind, rest = "", name
	}
	folded := foldName(rest)
	if folded == "" {
		b.faultf(at, "meanings: %q is no event's name", name)
		return
	}
	rule := b.source.meanings[folded]
	if rule == nil {
		rule = &meaningRule{byKind: map[string]*meaningOf{}}
		b.source.meanings[folded] = rule
	}
	known := rule.any
	if eventKind != "" {
		known = rule.byKind[eventKind]
		rule.byKind[eventKind] = of
	} else {
		rule.any = of
	}
	if known != nil && known.word != of.word {
		b.faultf(at, "meanings: %q has two meanings, %s and %s", name, known.word, of.word)
	}
}

func (b *builder) required() {
	for _, l := range b.definition.Required {
		r := requirement{text: l.text}
		for _, name := range strings.Split(l.text, "|") {
			name = strings.TrimSpace(name)
			c, ok := columnNamed(name)
			if !ok || c.kind == objectColumn {
				b.faultf(l.at, "required: %q is no column that can be missing", name)
			}
			r.columns = append(r.columns, c)
		}
		b.source.required = append(b.source.required, r)
	}
}

// tries lays out which members the scanner has to note for a message and for an element of a split.
func (b *builder) tries() {
	s := b.source
	s.paths = b.compiler.paths
	for slot, p := range s.paths {
		s.message.add(p.keys, slot)
		if p.root == "item" {
			s.item.add(p.keys, slot)
			s.itemSlots = append(s.itemSlots, slot)
		}
	}
}

// requirement is a column that must not be empty, or several of which one must not.
type requirement struct {
	text    string
	columns []column
}

func (r requirement) met(e *Event, times clocks) bool {
	return slices.ContainsFunc(r.columns, func(c column) bool {
		switch {
		case c.text != nil:
			return *c.text(e) != ""
		case c.name == "event_ts":
			return times.hasEvent
		case c.name == "sent_at":
			return times.hasSent
		case c.name == "received_at":
			return times.hasReceived
		}
		return times.hasValue
	})
}

// ByTopic maps each topic to its source. Two sources for one topic are a fault: which of them is right nobody knows.
func ByTopic(sources []*Source) (map[string]*Source, error) {
	byTopic := map[string]*Source{}
	var faults []error
	for _, s := range sources {
		for _, topic := range s.Topics {
			if other := byTopic[topic]; other != nil {
				faults = append(faults, fmt.Errorf("topic %s is claimed by two sources, %s (%s) and %s (%s)",
					topic, other.Name, cmp.Or(other.File, "built in"), s.Name, cmp.Or(s.File, "built in")))
			}
			byTopic[topic] = s
		}
	}
	return byTopic, errors.Join(faults...)
}

// Named finds a source by name.
func Named(sources []*Source, name string) (*Source, error) {
	names := make([]string, len(sources))
	for i, s := range sources {
		if names[i] = s.Name; s.Name == name {
			return s, nil
		}
	}
	return nil, fmt.Errorf("there is no source %q; there are %s", name, strings.Join(names, ", "))
}

// Key is the Kafka key that the source wants for a message; nil when it wants none or the message has none, so that
// messages without one spread over the partitions.
func (m *Mapper) Key(message []byte) []byte {
	if m.source.key == nil {
		return nil
	}
	clear(m.slots)
	m.buffer = m.buffer[:0]
	m.scanner.text = unsafeString(message)
	if _, err := m.scanner.scan(0, &m.source.message); err != nil {
		return nil // the consumer will reject it, with the reason
	}
	v, err := m.source.key.eval(m)
	if err != nil || v.kind == missing {
		return nil
	}
	return []byte(m.textOf(v))
}
