package source

import (
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// definition is a source file as written. README.md of this folder explains each key to those who write one.
type definition struct {
	Name        line             `yaml:"name"`
	Description string           `yaml:"description"`
	Topics      []line           `yaml:"topics"`
	Format      line             `yaml:"format"`
	Split       line             `yaml:"split"`
	Key         line             `yaml:"key"`
	TimeLayouts []line           `yaml:"time_layouts"`
	Fields      map[string]line  `yaml:"fields"`
	Meanings    map[string]line  `yaml:"meanings"`
	Required    []line           `yaml:"required"`
	Samples     []sampleDocument `yaml:"samples"`
}

type sampleDocument struct {
	Name       string           `yaml:"name"`
	ReceivedAt line             `yaml:"received_at"`
	Input      inputText        `yaml:"input"`
	Events     []map[string]any `yaml:"events"`
	Rejects    []string         `yaml:"rejects"`
}

// line is a scalar and the line it stands on.
type line struct {
	text string
	at   int
}

// UnmarshalYAML keeps the position. Nothing but a scalar is taken.
func (l *line) UnmarshalYAML(n ast.Node) error {
	l.at = n.GetToken().Position.Line
	switch n := n.(type) {
	case *ast.StringNode:
		l.text = n.Value
	case *ast.LiteralNode:
		l.text = n.Value.Value
	case *ast.NullNode:
		l.text = ""
	case ast.ScalarNode:
		l.text = fmt.Sprint(n.GetValue())
	default:
		return fmt.Errorf("line %d: text expected, found %s", l.at, n.Type())
	}
	return nil
}

// inputText is a sample's message: text as it stands, or a YAML mapping that stands for a JSON object.
type inputText string

// UnmarshalYAML turns a mapping into JSON.
func (t *inputText) UnmarshalYAML(n ast.Node) error {
	var l line
	if l.UnmarshalYAML(n) == nil {
		*t = inputText(l.text)
		return nil
	}
	encoded, err := yaml.YAMLToJSON([]byte(n.String()))
	if err != nil {
		return fmt.Errorf("line %d: input: %w", n.GetToken().Position.Line, err)
	}
	*t = inputText(encoded)
	return nil
}
