package chdb

import (
	"strconv"
	"strings"
)

// node is a column type, as far as its length in a Native block depends on it.
type node struct {
	kind nodeKind
	size int // of a value, where it is fixed
	of   []*node
}

type nodeKind int

const (
	fixedSize nodeKind = iota
	textual
	nullable
	array
	tuple
	lowCardinality
)

var sizes = map[string]int{
	"Bool": 1, "Int8": 1, "UInt8": 1, "Enum8": 1, "Nothing": 1, "Int16": 2, "UInt16": 2, "Enum16": 2, "Date": 2, "BFloat16": 2,
	"Int32": 4, "UInt32": 4, "Float32": 4, "Date32": 4, "DateTime": 4, "IPv4": 4, "Decimal32": 4, "Time": 4,
	"Int64": 8, "UInt64": 8, "Float64": 8, "DateTime64": 8, "Decimal64": 8, "Time64": 8,
	"Int128": 16, "UInt128": 16, "UUID": 16, "IPv6": 16, "Decimal128": 16, "Int256": 32, "UInt256": 32, "Decimal256": 32,
}

// aliases are types that the engine names but stores as others.
var aliases = map[string]string{
	"Point": "Tuple(Float64, Float64)", "Ring": "Array(Point)", "LineString": "Array(Point)", "MultiLineString": "Array(LineString)",
	"Polygon": "Array(Ring)", "MultiPolygon": "Array(Polygon)",
}

func parseType(s string) (*node, error) {
	name, rest, _ := strings.Cut(s, "(")
	args := splitArgs(strings.TrimSuffix(rest, ")"))
	if size, ok := sizes[name]; ok {
		return &node{kind: fixedSize, size: size}, nil
	}
	if strings.HasPrefix(name, "Interval") {
		return &node{kind: fixedSize, size: 8}, nil
	}
	if alias, ok := aliases[name]; ok {
		return parseType(alias)
	}
	switch name {
	case "String":
		return &node{kind: textual}, nil
	case "FixedString", "Decimal":
		return parseSized(name, args)
	case "Nullable":
		return parseOf(nullable, args)
	case "Array":
		return parseOf(array, args)
	case "LowCardinality":
		return parseOf(lowCardinality, args)
	case "Tuple":
		return parseOf(tuple, args)
	case "Map", "Nested":
		t, err := parseOf(tuple, args)
		return &node{kind: array, of: []*node{t}}, err
	case "SimpleAggregateFunction":
		if len(args) == 2 {
			return parseType(args[1])
		}
	}
	return nil, errOpaque
}

func parseSized(name string, args []string) (*node, error) {
	if len(args) == 0 {
		return nil, errOpaque
	}
	n, err := strconv.Atoi(args[0])
	switch {
	case err != nil:
		return nil, errOpaque
	case name == "FixedString":
	case n <= 9:
		n = 4
	case n <= 18:
		n = 8
	case n <= 38:
		n = 16
	default:
		n = 32
	}
	return &node{kind: fixedSize, size: n}, nil
}

func parseOf(k nodeKind, args []string) (*node, error) {
	t := &node{kind: k}
	if len(args) == 0 {
		return nil, errOpaque
	}
	for _, a := range args {
		child, err := parseType(withoutName(a))
		if err != nil {
			return nil, err
		}
		t.of = append(t.of, child)
	}
	return t, nil
}

// splitArgs cuts at the commas that are in no bracket and no quotes.
func splitArgs(s string) []string {
	tokens := scan(s)
	var args []string
	from := 0
	for _, t := range tokens {
		if t.depth == 0 && s[t.start:t.end] == "," {
			args = append(args, strings.TrimSpace(s[from:t.start]))
			from = t.end
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" {
		args = append(args, last)
	}
	return args
}

// withoutName drops the name of a tuple's element.
func withoutName(s string) string {
	tokens := scan(s)
	if len(tokens) >= 2 && s[tokens[1].start:tokens[1].end] != "(" && tokens[1].depth == 0 && s[tokens[1].start] != ',' {
		return s[tokens[1].start:]
	}
	return s
}

// state steps over what a type writes once before its values.
func (n *native) state(t *node) error {
	if t.kind == lowCardinality {
		return n.skip(8) // version of the keys' serialization
	}
	for _, child := range t.of {
		if err := n.state(child); err != nil {
			return err
		}
	}
	return nil
}

// data steps over the values of rows rows.
func (n *native) data(t *node, rows int) error {
	switch t.kind {
	case fixedSize:
		return n.skip(rows * t.size)
	case textual:
		return n.strings(rows)
	case nullable:
		if err := n.skip(rows); err != nil {
			return err
		}
		return n.data(t.of[0], rows)
	case array:
		if rows == 0 {
			return nil
		}
		if err := n.skip(8 * (rows - 1)); err != nil {
			return err
		}
		total, err := n.uint64() // the last offset
		if err != nil {
			return err
		}
		return n.data(t.of[0], int(total))
	case tuple:
		for _, child := range t.of {
			if err := n.data(child, rows); err != nil {
				return err
			}
		}
		return nil
	}
	return n.lowCardinality(t, rows)
}

// strings steps over rows strings; it is the loop that large results spend
// their time in, hence the short way for short strings.
func (n *native) strings(rows int) error {
	for range rows {
		if n.pos < len(n.buf) && n.buf[n.pos] < 0x80 {
			if k := int(n.buf[n.pos]) + 1; n.pos+k <= len(n.buf) {
				n.pos += k
				continue
			}
		}
		k, err := n.uvarint()
		if err != nil {
			return err
		}
		if err := n.skip(int(k)); err != nil {
			return err
		}
	}
	return nil
}

// lowCardinality steps over flags, dictionary and indexes.
func (n *native) lowCardinality(t *node, rows int) error {
	if rows == 0 {
		return nil
	}
	flags, err := n.uint64()
	if err != nil {
		return err
	}
	const hasKeys = 1 << 9
	if flags&hasKeys != 0 {
		keys, err := n.uint64()
		if err != nil {
			return err
		}
		of := t.of[0]
		if of.kind == nullable {
			of = of.of[0] // the dictionary's first key stands for NULL
		}
		if err := n.data(of, int(keys)); err != nil {
			return err
		}
	}
	if _, err := n.uint64(); err != nil {
		return err
	}
	return n.skip(rows << (flags & 0xff)) // indexes of 1, 2, 4 or 8 bytes
}
