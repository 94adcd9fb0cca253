package touch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/yamlfile"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
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
type FileError = yamlfile.FileError

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
	lines, err := yamlfile.Decode(name, text, &f)
	if err != nil {
		return Rules{}, err
	}
	var faults []error
	for _, meaning := range slices.Sorted(maps.Keys(f.Contacts)) {
		if err := f.Contacts[meaning].check(meaning); err != nil {
			faults = append(faults, lines.Fault("$.contacts."+meaning, "%v", err))
		}
	}
	compiled := make([]rule, 0, len(f.Rules)+len(r.rules))
	for i, spec := range f.Rules {
		c, err := spec.compile()
		if err != nil {
			faults = append(faults, lines.Fault(fmt.Sprintf("$.rules[%d]", i), "rule of channel %q: %v", spec.Channel, err))
		}
		compiled = append(compiled, c)
	}
	out := Rules{
		rules: append(compiled, r.rules...), contacts: merged(r.contacts, f.Contacts), clickIDs: merged(r.clickIDs, lowerKeys(f.ClickIDs)),
		ignored: slices.Concat(r.ignored, f.OwnDomains, f.IgnoredReferrers), memory: newMemories(),
		file: name, examples: f.Examples, hash: hashOf(r.hash, botText, string(text)),
	}
	out.ownClicks = slices.Sorted(maps.Keys(lowerKeys(f.ClickIDs)))
	for i := range out.examples {
		out.examples[i].line = lines.Of(fmt.Sprintf("$.examples[%d]", i))
	}
	categories, err := categorise(f.SourceCategories)
	if err != nil {
		faults = append(faults, lines.Fault("$.source_categories", "%v", err))
	}
	out.categories = merged(r.categories, categories)
	out.excluded, err = r.excluded.with(f.Exclude)
	if err != nil {
		faults = append(faults, lines.Fault("$.exclude", "%v", err))
	}
	return out, errors.Join(faults...)
}

func (c ContactRule) check(meaning string) error {
	if !slices.Contains(vocabulary.Meanings, meaning) {
		return fmt.Errorf("contacts: no event means %q; meanings are %s", meaning, strings.Join(vocabulary.Meanings, ", "))
	}
	if !slices.Contains(kinds, c.Kind) {
		return fmt.Errorf("contacts: kind %q of %s is none of %s", c.Kind, meaning, strings.Join(kinds, ", "))
	}
	return nil
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
