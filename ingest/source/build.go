package source

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// builder compiles a definition and collects its faults.
type builder struct {
	reader
	definition *definition
	source     *Source
	compiler   compiler
}

func (b *builder) build() {
	b.compiler.taken = map[int]bool{}
	b.header()
	b.fields()
	b.policies()
	b.personalData()
	b.meanings()
	b.required()
	b.samples()
	b.tries()
}

func (b *builder) header() {
	d, s := b.definition, b.source
	s.Name, s.Description = d.Name.text, d.Description.text
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
		b.faultf(d.Format.at, "format %q is none of %s", d.Format.text, formatNames())
	}
	for _, layout := range d.TimeLayouts {
		if !strings.ContainsAny(layout.text, "0126") {
			b.faultf(layout.at, "time_layouts: %q is no layout; write 2 January 2006, 15:04:05 in the sender's way", layout.text)
		}
		s.layouts = append(s.layouts, layout.text)
	}
	if s.format == formatCloudEvents {
		for _, name := range attributeNames {
			slot := b.compiler.slot(memberPath{"item", []string{name}})
			s.attributes = append(s.attributes, slotNode(slot))
			b.compiler.taken[slot] = true
		}
	}
	b.splitAndKey()
}

func (b *builder) splitAndKey() {
	d, s := b.definition, b.source
	if d.Split.text != "" {
		b.compiler.taking = true
		e := b.expression(d.Split, "split", objectColumn)
		b.compiler.taking = false
		slot, isPath := slotNode(0), false
		if e != nil {
			slot, isPath = e.fast.(slotNode)
		}
		if e != nil && (!isPath || b.compiler.paths[slot].root != "message") {
			b.faultf(d.Split.at, "split: %q is not the path of an array in the message, such as message.batch", d.Split.text)
		}
		s.split, s.splitText = int(slot), d.Split.text
	}
	if d.Each.text != "" {
		s.each, s.element = b.expression(d.Each, "each", objectColumn), b.compiler.slot(memberPath{root: elementRoot})
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
	kindIsThere := false
	for _, e := range d.Fields {
		c, ok := columnNamed(e.key.text)
		if !ok {
			b.faultf(e.key.at, "fields: %s is no column of an event; there are %s", e.key.text, columnNames())
			continue
		}
		kindIsThere = kindIsThere || c.name == "kind"
		b.compiler.taking = true
		b.source.fields = append(b.source.fields, field{column: c, expression: b.expression(e.value, "field "+c.name, c.kind)})
		b.compiler.taking = false
	}
	slices.SortFunc(b.source.fields, func(x, y field) int { return strings.Compare(x.column.name, y.column.name) })
	if !kindIsThere {
		b.faultf(d.Name.at, "fields: kind is missing; it says which of %s an event is", strings.Join(vocabulary.Kinds, ", "))
	}
}

// policies reads wrong_type: what becomes of a value that its column can't hold.
func (b *builder) policies() {
	d := b.definition
	keep := func(l line) bool {
		if l.text != "keep" && l.text != "reject" {
			b.faultf(l.at, "wrong_type: %q is neither keep nor reject", l.text)
		}
		return l.text == "keep"
	}
	if d.WrongType.all.at > 0 {
		all := keep(d.WrongType.all)
		for i := range b.source.fields {
			b.source.fields[i].keep = all
		}
	}
	for _, e := range d.WrongType.columns {
		i := slices.IndexFunc(b.source.fields, func(f field) bool { return f.column.name == e.key.text })
		if i < 0 {
			b.faultf(e.key.at, "wrong_type: %q is none of this source's fields", e.key.text)
			continue
		}
		b.source.fields[i].keep = keep(e.value)
	}
}

func columnNames() string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// meanings compiles lines such as `Signed Up: signed_up` and, for pages alone, `page/Pricing: pricing_viewed`. The
// source's own word counts more than the usual meaning.
func (b *builder) meanings() {
	d := b.definition
	b.source.meanings = map[string]*meaningRule{}
	for _, m := range d.Meanings {
		of := &meaningOf{word: m.value.text}
		if !isMeaning(m.value.text) {
			e, err := b.compiler.compile(m.value.text, textColumn)
			if err != nil {
				b.faultf(m.value.at, "meanings: %q is neither a meaning (%s) nor an expression: %w", m.value.text,
					strings.Join(vocabulary.Meanings, ", "), err)
				continue
			}
			of.expression = e
		}
		b.ownMeaning(m.key, of)
	}
	switch d.UsualMeanings.text {
	case "", "false":
	case "true":
		for _, m := range usualMeanings() {
			if place := b.meaningOf(m.key.text); *place == nil {
				*place = &meaningOf{word: m.value.text}
			}
		}
	default:
		b.faultf(d.UsualMeanings.at, "usual_meanings: %q is neither true nor false", d.UsualMeanings.text)
	}
}

func (b *builder) ownMeaning(name line, of *meaningOf) {
	place := b.meaningOf(name.text)
	if place == nil {
		b.faultf(name.at, "meanings: %q is no event's name", name.text)
		return
	}
	if *place != nil && (*place).word != of.word {
		b.faultf(name.at, "meanings: %q has two meanings, %s and %s", name.text, (*place).word, of.word)
	}
	*place = of
}

// meaningOf is where the meaning of a name stands; nil where the name has no letter or digit.
func (b *builder) meaningOf(name string) **meaningOf {
	eventKind, rest, found := strings.Cut(name, "/")
	if !found || knownKind(eventKind) == "" {
		eventKind, rest = "", name
	}
	folded := foldName(rest)
	if folded == "" {
		return nil
	}
	rule := b.source.meanings[folded]
	if rule == nil {
		rule = &meaningRule{byKind: map[string]**meaningOf{}}
		b.source.meanings[folded] = rule
	}
	if eventKind == "" {
		return &rule.any
	}
	if rule.byKind[eventKind] == nil {
		rule.byKind[eventKind] = new(*meaningOf)
	}
	return rule.byKind[eventKind]
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

// path reads a path that is no expression: item.context.ip.
func (b *builder) path(l line, what string) (memberPath, bool) {
	tree, err := parser.Parse(l.text)
	if err == nil {
		if p, ok := (&pathResolver{}).path(tree.Node); ok {
			return p, true
		}
	}
	b.faultf(l.at, "%s: %q is not the path of a member, such as item.context.ip", what, l.text)
	return memberPath{}, false
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
