package touch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// rulesFile is a file of channel rules as written. docs/channels.md explains each key.
type rulesFile struct {
	Rules            []ruleSpec              `yaml:"rules"`
	Contacts         map[string]ContactRule  `yaml:"contacts"`
	ClickIDs         map[string]SourceMedium `yaml:"click_ids"`
	OwnDomains       []string                `yaml:"own_domains"`
	IgnoredReferrers []string                `yaml:"ignored_referrers"`
	SourceCategories map[string][]string     `yaml:"source_categories"`
	Exclude          excludeSpec             `yaml:"exclude"`
	Examples         []Example               `yaml:"examples"`
}

// FileError is what is wrong with a file of rules, and where.
type FileError struct {
	File string
	Line int // from 1
	Text string
}

func (f FileError) Error() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text) }

// ReadRules reads a user's file of channel rules, in the form of channels.yaml, in front of the default rules: the file's
// rules are tried first, its contacts, click ids and source categories stand in place of the default ones of the same
// name, and its domains and exclusions come on top. An empty file gives the default rules. name is for messages.
//
// An unknown key, a faulty regular expression, a rule without a channel or a source in two categories are errors, each a
// FileError with its line; all but those of the YAML itself are told at once. Whether the file's examples come true is asked
// with Test.
func ReadRules(name string, text []byte) (Rules, error) {
	rules, err := DefaultRules()
	if err != nil {
		return Rules{}, err
	}
	return rules.read(name, text)
}

// read puts the rules of a file before those of r.
func (r Rules) read(name string, text []byte) (Rules, error) {
	var f rulesFile
	lines, err := decode(name, text, &f)
	if err != nil {
		return Rules{}, err
	}
	var faults []error
	compiled := make([]rule, 0, len(f.Rules)+len(r.rules))
	for i, spec := range f.Rules {
		c, err := spec.compile()
		if err != nil {
			faults = append(faults, FileError{name, lines.of(fmt.Sprintf("$.rules[%d]", i)), fmt.Sprintf("rule of channel %q: %v", spec.Channel, err)})
		}
		compiled = append(compiled, c)
	}
	out := Rules{
		rules: append(compiled, r.rules...), contacts: merged(r.contacts, f.Contacts), clickIDs: merged(r.clickIDs, lowerKeys(f.ClickIDs)),
		ignored: slices.Concat(r.ignored, f.OwnDomains, f.IgnoredReferrers), memory: &channelMemory{known: map[Input]string{}},
		file: name, examples: f.Examples, hash: hashOf(r.hash, botText, string(text)),
	}
	for i := range out.examples {
		out.examples[i].line = lines.of(fmt.Sprintf("$.examples[%d]", i))
	}
	categories, err := categorise(f.SourceCategories)
	if err != nil {
		faults = append(faults, FileError{name, lines.of("$.source_categories"), err.Error()})
	}
	out.categories = merged(r.categories, categories)
	out.excluded, err = r.excluded.with(f.Exclude)
	if err != nil {
		faults = append(faults, FileError{name, lines.of("$.exclude"), err.Error()})
	}
	return out, errors.Join(faults...)
}

func hashOf(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func merged[V any](base, over map[string]V) map[string]V {
	out := maps.Clone(base)
	maps.Copy(out, over)
	return out
}

// lowerKeys: Snapchat writes ScCid, and some senders lower what they pass on.
func lowerKeys[V any](m map[string]V) map[string]V {
	out := make(map[string]V, len(m))
	for key, value := range m {
		out[strings.ToLower(key)] = value
	}
	return out
}

func categorise(lists map[string][]string) (map[string]string, error) {
	categories := map[string]string{}
	var faults []error
	for _, category := range slices.Sorted(maps.Keys(lists)) {
		for _, source := range lists[category] {
			source = strings.ToLower(source)
			if other, ok := categories[source]; ok && other != category {
				faults = append(faults, fmt.Errorf("source %q is in two categories: %s and %s", source, other, category))
			}
			categories[source] = category
		}
	}
	return categories, errors.Join(faults...)
}

// places finds the lines of a file's parts.
type places struct{ file *ast.File }

// decode reads YAML into a struct; a key that it doesn't have is a fault.
func decode(name string, text []byte, into any) (places, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return places{}, yamlFault(name, err)
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return places{file}, nil
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return places{}, yamlFault(name, err)
	}
	return places{file}, nil
}

// yamlFault keeps the library's message and its line, and leaves its drawing of the place.
func yamlFault(name string, err error) FileError {
	var fault yaml.Error
	if errors.As(err, &fault) && fault.GetToken() != nil {
		return FileError{name, fault.GetToken().Position.Line, fault.GetMessage()}
	}
	return FileError{name, 1, err.Error()}
}

// of is the line of what a YAML path names, 1 where it can't be told.
func (p places) of(path string) int {
	at, err := yaml.PathString(path)
	if err != nil || p.file == nil {
		return 1
	}
	node, err := at.FilterFile(p.file)
	if err != nil || node.GetToken() == nil {
		return 1
	}
	return node.GetToken().Position.Line
}
