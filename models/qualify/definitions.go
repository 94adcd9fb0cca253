package qualify

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

//go:embed definitions/default.yaml
var defaultYAML []byte

// Definitions say what qualifies whom. Use Default or Parse; they are read-only afterwards and safe for concurrent use.
type Definitions struct {
	Score        ScoreDefinition        `yaml:"score"`
	Bant         BantDefinition         `yaml:"bant"`
	Product      []ProductDefinition    `yaml:"product"`
	Conversation ConversationDefinition `yaml:"conversation"`
	Stages       StageDefinition        `yaml:"stages"`

	hash     string
	byName   map[string]string // hash by name of definition
	versions map[string]uint32 // by name of definition
	program  *program
	patterns *conversationProgram
}

// Named is the head of every definition. The hash of a definition covers its name, version and content.
type Named struct {
	Name    string `yaml:"name"`
	Version int    `yaml:"version"`
}

// Default returns the definitions of definitions/default.yaml.
func Default() (*Definitions, error) { return Parse(defaultYAML) }

// Parse reads definitions. Unknown fields are errors with their line; faults of content are reported all at once.
func Parse(text []byte) (*Definitions, error) {
	d := &Definitions{}
	if err := yaml.UnmarshalWithOptions(text, d, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read definitions: %w", err)
	}
	if err := d.validate(); err != nil {
		return nil, fmt.Errorf("check definitions: %w", err)
	}
	var err error
	if d.patterns, err = d.Conversation.compile(); err != nil {
		return nil, fmt.Errorf("check definitions: %w", err)
	}
	if d.program, err = d.compile(); err != nil {
		return nil, fmt.Errorf("check definitions: %w", err)
	}
	return d, d.sign()
}

// Hash covers all definitions: it changes when anything that could change a result does.
func (d *Definitions) Hash() string { return d.hash }

// Names lists the definitions with their hashes.
func (d *Definitions) Names() map[string]string {
	names := make(map[string]string, len(d.byName))
	for name, hash := range d.byName {
		names[name] = hash
	}
	return names
}

func (d *Definitions) sign() error {
	d.byName, d.versions = map[string]string{}, map[string]uint32{}
	for _, head := range d.heads() {
		d.versions[head.Name] = uint32(head.Version)
	}
	var faults []error
	add := func(name string, definition any) {
		hash, err := contentHash(definition)
		if _, twice := d.byName[name]; twice {
			err = errors.Join(err, fmt.Errorf("two definitions are called %q", name))
		}
		d.byName[name] = hash
		faults = append(faults, err)
	}
	add(d.Score.Name, d.Score)
	add(d.Bant.Name, d.Bant)
	for _, p := range d.Product {
		add(p.Name, p)
	}
	add(d.Conversation.Name, d.Conversation)
	add(d.Stages.Name, d.Stages)
	var err error
	d.hash, err = contentHash(d)
	return errors.Join(append(faults, err)...)
}

// contentHash is over the parsed content, so that comments and layout don't count.
func contentHash(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("hash definition: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6]), nil
}

func (d *Definitions) validate() error {
	var faults []error
	for _, n := range d.heads() {
		if n.Name == "" || n.Version < 1 {
			faults = append(faults, fmt.Errorf("definition %q: needs a name and a version of 1 or more", n.Name))
		}
	}
	faults = append(faults, d.Score.validate(), d.Bant.validate(), d.Conversation.validate(), d.Stages.validate())
	for _, p := range d.Product {
		faults = append(faults, p.validate())
	}
	return errors.Join(faults...)
}

func (d *Definitions) heads() []Named {
	heads := []Named{d.Score.Named, d.Bant.Named, d.Conversation.Named, d.Stages.Named}
	for _, p := range d.Product {
		heads = append(heads, p.Named)
	}
	return heads
}

var (
	knownMeanings = setOf(vocabulary.Meanings)
	knownStages   = setOf(vocabulary.Stages)
)

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

// unknownWords names the words that are not in a set.
func unknownWords(what string, words []string, known map[string]bool) error {
	var faults []error
	for _, w := range words {
		if !known[w] {
			faults = append(faults, fmt.Errorf("unknown %s %q", what, w))
		}
	}
	return errors.Join(faults...)
}

// words lets people write `on: signed_up` for `on: [signed_up]`.
type words []string

// UnmarshalYAML accepts a text or a list of texts.
func (w *words) UnmarshalYAML(text []byte) error {
	var many []string
	if err := yaml.Unmarshal(text, &many); err == nil {
		*w = many
		return nil
	}
	var one string
	if err := yaml.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("neither a text nor a list of texts: %w", err)
	}
	*w = words{one}
	return nil
}
