// Package source turns other people's messages into canonical events. A source is one YAML file: which topics it reads,
// how a message's fields become the event's columns, which events mean what in the funnel, what is required, and samples
// that say what should come out.
//
// The package promises: the same message always gives the same events (it knows no clock, no network, no log, no
// database); every item of a message (or every element of what an item is about, where the source says each) becomes exactly
// one event or one reject with its reason, and nothing else happens whatever the bytes are.
package source

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
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

	format     format
	splitText  string
	split      int         // slot of the array that holds the events, -1 when the message is one event
	each       *expression // gives the array of what an item is about; nil: an item is one event
	element    int         // slot of its element at hand
	key        *expression
	layouts    []string
	fields     []field
	meanings   map[string]*meaningRule // by folded name
	required   []requirement
	paths      []memberPath
	itemSlots  []int
	message    fields     // every path, for a message that is its own item
	item       fields     // paths below item, for the elements of a split
	nodes      int        // of both
	attributes []slotNode // of a CloudEvent: those that every one has
	personal   *redaction
	salt       []byte
}

type field struct {
	column     column
	expression *expression
	keep       bool // a value of the wrong type is kept as text instead of being rejected
}

type format uint8

const (
	formatJSON format = iota
	formatLines
	formatArray
	formatEnriched
	formatCloudEvents
	formatAvro // as JSON, which ingest makes of it
)

var formats = map[string]format{"": formatJSON, "json": formatJSON, "ndjson": formatLines, "json_array": formatArray,
	"snowplow_enriched": formatEnriched, "cloudevents": formatCloudEvents, "avro": formatAvro}

func formatNames() string {
	names := slices.Sorted(maps.Keys(formats))
	return strings.Join(names[1:], ", ") // the first is the empty one
}

// Format is the name of the source's message format.
func (s *Source) Format() string {
	for name, f := range formats {
		if f == s.format && name != "" {
			return name
		}
	}
	return "json"
}

// Builtin compiles the sources that come with the program, in the order of their names.
func Builtin() ([]*Source, error) {
	folder, err := fs.Sub(builtin, "builtin")
	if err != nil {
		return nil, err
	}
	sources, err := Folder(folder, "")
	for _, s := range sources {
		s.File = "built in"
	}
	return sources, err
}

// Join puts a user's sources beside the built-in ones, in the order of their names. The user's word counts more: a source
// replaces the built-in one of its name, and a topic that it claims is no built-in source's any more. Two of the user's
// sources with one name or one topic are a fault.
func Join(builtin, own []*Source) ([]*Source, error) {
	claimed, err := ByTopic(own)
	faults := []error{err}
	names := map[string]*Source{}
	for _, s := range own {
		if other := names[s.Name]; other != nil {
			faults = append(faults, fmt.Errorf("%s: %s defines a source %s as well", s.File, other.File, s.Name))
		}
		names[s.Name] = s
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	sources := slices.Clone(own)
	for _, s := range builtin {
		free := slices.DeleteFunc(slices.Clone(s.Topics), func(topic string) bool { return claimed[topic] != nil })
		if names[s.Name] == nil && len(free) > 0 {
			left := *s
			left.Topics = free
			sources = append(sources, &left)
		}
	}
	slices.SortFunc(sources, func(a, b *Source) int { return strings.Compare(a.Name, b.Name) })
	return sources, nil
}

// Folder compiles the *.yaml and *.yml files at the top of a folder; prefix stands before their names in faults.
func Folder(folder fs.FS, prefix string) ([]*Source, error) {
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
			s, err := Parse(path.Join(prefix, file), text)
			if err != nil {
				faults = append(faults, err)
				continue
			}
			sources = append(sources, s)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return sources, nil
}

// Parse compiles a source definition. Every fault is reported with file and line, all at once where the text is YAML at
// all. Whether the samples hold is for CheckSamples to say.
func Parse(file string, text []byte) (*Source, error) {
	b := &builder{reader: reader{file: file}, source: &Source{File: file, split: -1}}
	b.definition = b.read(text)
	if b.definition.readable {
		b.build()
	}
	if len(b.faults) > 0 {
		slices.SortStableFunc(b.faults, byLine)
		joined := make([]error, len(b.faults))
		for i, f := range b.faults {
			joined[i] = f
		}
		return nil, errors.Join(joined...)
	}
	return b.source, nil
}

// ByTopic maps each topic to its source. Two sources for one topic are a fault: which of them is right nobody knows.
func ByTopic(sources []*Source) (map[string]*Source, error) {
	byTopic := map[string]*Source{}
	var faults []error
	for _, s := range sources {
		for _, topic := range s.Topics {
			if other := byTopic[topic]; other != nil {
				faults = append(faults, fmt.Errorf("topic %s is claimed by two sources, %s (%s) and %s (%s)",
					topic, other.Name, other.File, s.Name, s.File))
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
