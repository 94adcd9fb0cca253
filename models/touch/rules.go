package touch

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
)

//go:embed channels.yaml
var channelsYAML []byte

// Rules decide channels. The zero value knows no rule and calls everything Unassigned; use DefaultRules or ParseRules.
// Rules are safe for concurrent use.
type Rules struct {
	rules      []rule
	contacts   map[string]ContactRule
	clickIDs   map[string]SourceMedium
	ignored    []string
	categories map[string]string // by source, by ".host", by "host.*"
	memory     *channelMemory
}

// Input is what a rule looks at. Everything is compared without regard to case.
type Input struct {
	Source, Medium, Campaign  string
	Kind                      string // kind of touch
	LandingPage, ReferrerHost string
}

// SourceMedium is what a click id stands for.
type SourceMedium struct {
	Source string `yaml:"source"`
	Medium string `yaml:"medium"`
}

// ContactRule is what a contact of one meaning stands for.
type ContactRule struct {
	Kind   string `yaml:"kind"`
	Source string `yaml:"source"`
	Medium string `yaml:"medium"`
}

type rulesFile struct {
	UserRules        []ruleSpec              `yaml:"user_rules"`
	Rules            []ruleSpec              `yaml:"rules"`
	Contacts         map[string]ContactRule  `yaml:"contacts"`
	ClickIDs         map[string]SourceMedium `yaml:"click_ids"`
	OwnDomains       []string                `yaml:"own_domains"`
	IgnoredReferrers []string                `yaml:"ignored_referrers"`
	SourceCategories map[string][]string     `yaml:"source_categories"`
}

// DefaultRules are the rules of channels.yaml.
func DefaultRules() (Rules, error) { return ParseRules(channelsYAML) }

// ParseRules reads rules in the form of channels.yaml. An unknown field, a faulty regular expression, a rule without a
// channel and a source in two categories are errors; all of them are reported at once.
func ParseRules(text []byte) (Rules, error) {
	var f rulesFile
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return Rules{}, fmt.Errorf("read channel rules: %w", err)
	}
	r := Rules{
		contacts: f.Contacts, clickIDs: f.ClickIDs, ignored: append(f.OwnDomains, f.IgnoredReferrers...), categories: map[string]string{},
		memory: &channelMemory{known: map[Input]string{}},
	}
	var faults []error
	for i, spec := range append(f.UserRules, f.Rules...) {
		compiled, err := spec.compile()
		if err != nil {
			faults = append(faults, fmt.Errorf("channel rule %d (%s): %w", i+1, spec.Channel, err))
		}
		r.rules = append(r.rules, compiled)
	}
	for category, sources := range f.SourceCategories {
		faults = append(faults, r.categorise(category, sources))
	}
	return r, errors.Join(faults...)
}

// WithOwnDomains returns the rules with further domains of the company itself, which refer nobody.
func (r Rules) WithOwnDomains(domains ...string) Rules {
	r.ignored = append(slices.Clone(r.ignored), domains...)
	return r
}

// NotReferrers are the domains that send nobody: parameter own_domains of sessions.sql, so that both agree.
func (r Rules) NotReferrers() []string { return slices.Clone(r.ignored) }

func (r Rules) categorise(category string, sources []string) error {
	for _, source := range sources {
		source = strings.ToLower(source)
		if other, ok := r.categories[source]; ok && other != category {
			return fmt.Errorf("source %q is in two categories: %s and %s", source, other, category)
		}
		r.categories[source] = category
	}
	return nil
}

// Channel returns the channel of the first rule that holds, "Unassigned" when none does.
func (r Rules) Channel(in Input) string {
	if r.memory == nil {
		return "Unassigned"
	}
	in = in.lower()
	if channel, ok := r.memory.get(in); ok {
		return channel
	}
	channel := "Unassigned"
	facts := facts{Input: in, category: r.Category(in.Source)}
	for _, rule := range r.rules {
		if rule.when.holds(facts) {
			channel = rule.channel
			break
		}
	}
	r.memory.put(in, channel)
	return channel
}

func (in Input) lower() Input {
	in.Source, in.Medium, in.Campaign = strings.ToLower(in.Source), strings.ToLower(in.Medium), strings.ToLower(in.Campaign)
	in.LandingPage, in.ReferrerHost = strings.ToLower(in.LandingPage), strings.ToLower(in.ReferrerHost)
	return in
}

// Category returns search, social, shopping, video, ai or "": the list that a source or host is on.
func (r Rules) Category(source string) string {
	source = strings.TrimPrefix(strings.ToLower(source), "www.")
	if c, ok := r.categories[source]; ok {
		return c
	}
	name, _, isHost := strings.Cut(source, ".")
	if !isHost {
		return ""
	}
	if c, ok := r.categories[name+".*"]; ok {
		return c
	}
	for parent := source; strings.Contains(parent, "."); _, parent, _ = strings.Cut(parent, ".") {
		if c, ok := r.categories[parent]; ok {
			return c
		}
	}
	return ""
}

// channelMemory remembers decisions: a company's touches share few combinations, and a decision costs some twenty
// conditions, regular expressions among them. It is bounded, since a campaign name can be anything.
type channelMemory struct {
	sync.RWMutex
	known map[Input]string
}

const rememberedChannels = 1 << 15

func (m *channelMemory) get(in Input) (string, bool) {
	m.RLock()
	defer m.RUnlock()
	channel, ok := m.known[in]
	return channel, ok
}

func (m *channelMemory) put(in Input, channel string) {
	m.Lock()
	defer m.Unlock()
	if len(m.known) < rememberedChannels {
		m.known[in] = channel
	}
}
