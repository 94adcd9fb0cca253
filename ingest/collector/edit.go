package collector

// edits are what the collector changes in an event; everything else stays as it was sent, byte for byte.
type edits struct {
	drop   []string   // members that must not be stored
	add    []addition // members that the event lacks: missing, null or ""
	within []within   // changes inside members that are objects
}

// addition is a member and its value in JSON. Over replaces what is there.
type addition struct {
	name string
	raw  []byte
	over bool
}

// within are edits of the member of that name. Where that is missing it is made, if there is anything to add.
type within struct {
	name string
	edits
}

// changed says whether edits change the object at a node. Values that are no objects are never changed.
func (e *edits) changed(d *document, n int32) bool {
	if d.kind(n) != '{' {
		return false
	}
	for _, name := range e.drop {
		if d.member(n, name) != 0 {
			return true
		}
	}
	for _, a := range e.add {
		if a.over || d.empty(d.member(n, a.name)) {
			return true
		}
	}
	for i := range e.within {
		w := &e.within[i]
		switch m := d.member(n, w.name); {
		case d.empty(m):
			if len(w.add) > 0 {
				return true
			}
		case w.changed(d, m):
			return true
		}
	}
	return false
}

// append writes the object at a node with the edits made.
func (e *edits) append(out []byte, d *document, n int32) []byte {
	if !e.changed(d, n) {
		return append(out, d.raw(n)...)
	}
	out = append(out, '{')
	first := true
	next := func(key []byte) {
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(append(out, key...), ':')
	}
	for m := n + 1; m < d.nodes[n].next; m = d.nodes[m].next {
		if e.drops(d, n, m) {
			continue
		}
		next(d.text[d.nodes[m].key.start:d.nodes[m].key.end])
		if w := e.inside(d, m); w != nil {
			out = w.append(out, d, m)
		} else {
			out = append(out, d.raw(m)...)
		}
	}
	for _, a := range e.add {
		if a.over || d.empty(d.member(n, a.name)) {
			next(quoted(a.name))
			out = append(out, a.raw...)
		}
	}
	for i := range e.within {
		if w := &e.within[i]; len(w.add) > 0 && d.empty(d.member(n, w.name)) {
			next(quoted(w.name))
			out = w.create(out)
		}
	}
	return append(out, '}')
}

// drops says whether a member is left out: because it has to be, or because an addition takes its place.
func (e *edits) drops(d *document, n, m int32) bool {
	for _, name := range e.drop {
		if d.named(m, name) {
			return true
		}
	}
	for _, a := range e.add {
		if d.named(m, a.name) && (a.over || d.empty(d.member(n, a.name))) {
			return true
		}
	}
	for i := range e.within {
		if w := &e.within[i]; len(w.add) > 0 && d.named(m, w.name) && d.empty(d.member(n, w.name)) {
			return true
		}
	}
	return false
}

func (e *edits) inside(d *document, m int32) *edits {
	for i := range e.within {
		if d.named(m, e.within[i].name) {
			return &e.within[i].edits
		}
	}
	return nil
}

// create writes an object of the additions alone.
func (e *edits) create(out []byte) []byte {
	out = append(out, '{')
	for i, a := range e.add {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, quoted(a.name)...), ':'), a.raw...)
	}
	return append(out, '}')
}
