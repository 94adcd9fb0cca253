package touch

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed channels.yaml
var channelsYAML []byte

// Rules decide channels, and what is no visit at all. The zero value knows no rule and calls everything Unassigned; use
// DefaultRules or ReadRules. Rules are safe for concurrent use.
type Rules struct {
	rules      []rule
	contacts   map[string]ContactRule
	clickIDs   map[string]SourceMedium
	ownClicks  []string // kinds of click id that a user's file names
	ignored    []string
	categories map[string]string // by source, by ".host", by "host.*"
	excluded   exclusions
	memory     *memories
	file       string // that was read last
	hash       string
	examples   []Example
}

// Hash identifies what the rules were made of: 16 hexadecimal digits that change with any of the files.
func (r Rules) Hash() string { return r.hash }

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

// ContactRule is what a contact of one meaning stands for. Of kind Left it is no touch.
type ContactRule struct {
	Kind   string `yaml:"kind"`
	Source string `yaml:"source"`
	Medium string `yaml:"medium"`
}

// DefaultRules are the rules of channels.yaml.
func DefaultRules() (Rules, error) {
	none := Rules{contacts: map[string]ContactRule{}, clickIDs: map[string]SourceMedium{}, categories: map[string]string{}}
	return none.read("channels.yaml", channelsYAML)
}

// WithOwnDomains returns the rules with further domains of the company itself, which refer nobody.
func (r Rules) WithOwnDomains(domains ...string) Rules {
	r.ignored = append(slices.Clone(r.ignored), domains...)
	return r
}

// NotReferrers are the domains that send nobody: parameter own_domains of sessions.sql, so that both agree.
func (r Rules) NotReferrers() []string { return slices.Clone(r.ignored) }

// ContactMeanings are the meanings of events that are touches without a visit: parameter meanings of contacts.sql.
func (r Rules) ContactMeanings() []string {
	meanings := []string{}
	for meaning, form := range r.contacts {
		if form.Kind != Left {
			meanings = append(meanings, meaning)
		}
	}
	slices.Sort(meanings)
	return meanings
}

// OwnClickIDs are the click ids that a user's file names, in lower case: parameter own_click_ids of sessions.sql.
func (r Rules) OwnClickIDs() []string { return append([]string{}, r.ownClicks...) }

// Channel returns the channel of the first rule that holds, "Unassigned" when none does.
func (r Rules) Channel(in Input) string {
	if r.memory == nil {
		return "Unassigned"
	}
	in = in.lower()
	if channel, ok := r.memory.channels.get(in); ok {
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
	r.memory.channels.put(in, channel)
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

// memories remember decisions: a company's touches share few combinations and few browsers, and a decision costs some
// twenty conditions, regular expressions among them, or two hundred names of programs.
type memories struct {
	channels memory[Input]
	agents   memory[string]
}

// memory is bounded, since a campaign's name can be anything, and a browser's too.
type memory[Of comparable] struct {
	sync.RWMutex
	known map[Of]string
}

const rememberedDecisions = 1 << 15

func newMemories() *memories {
	return &memories{channels: memory[Input]{known: map[Input]string{}}, agents: memory[string]{known: map[string]string{}}}
}

func (m *memory[Of]) get(of Of) (string, bool) {
	m.RLock()
	defer m.RUnlock()
	decision, ok := m.known[of]
	return decision, ok
}

func (m *memory[Of]) put(of Of, decision string) {
	m.Lock()
	defer m.Unlock()
	if len(m.known) < rememberedDecisions {
		m.known[of] = decision
	}
}
