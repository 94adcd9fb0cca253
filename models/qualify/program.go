package qualify

import (
	"regexp"
	"slices"
	"sync"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// program is the definitions arranged by what an event is, so that a signal costs one look-up, and a signal that nobody
// asks for costs none.
type program struct {
	fit            []*regexp.Regexp // by fit attribute; nil for those without an expression
	engagement     []*filter        // by signal of the score
	measures       []*measure
	qualifications []*qualification
	stageRules     []*stageRule
	origins        []*filter
	parallels      []*parallel
	requests       []*filter
	replies        []*filter
	exclusions     []*filter
	calendar       *calendar
	ignored        map[string]bool // meanings that are no sign of life
	dormantMS      int64
	prefilter      Prefilter
	excludes       Prefilter // what an exclusion may hold for

	byMeaning map[string]*reaction // reactions to events of a meaning
	others    []narrow             // reactions of filters that ask for something else than a meaning
	asked     map[string][]string  // values that these name, by column
	merged    sync.Map             // reactions to events that others look at too, by mergeKey
}

// reaction is all that an event can do.
type reaction struct {
	early, late []*stageRule
	engagement  []int // signals of the score
	measures    []int
	origins     []int
	parallels   []int
	requests    []int
	replies     []int
	identifies  bool // carries attributes of the unit
	bant        bool
	message     bool
	asks        bool // the prospect, perhaps
	closes      bool // a conversation
	tagged      bool // may carry tags of a conversation
	plan        bool
}

// narrow is one filter's reaction to events that have what it needs.
type narrow struct {
	needs needs
	add   func(*reaction)
}

// Meanings that change the plan a unit is on.
var planMeanings = []string{
	vocabulary.SignedUp, vocabulary.TrialStarted, vocabulary.TrialEnded, vocabulary.SubscriptionStarted,
	vocabulary.SubscriptionCancelled,
}

// arrange sorts the filters by the meanings that they need.
func (p *program) arrange() {
	p.prefilter.Kinds = []string{vocabulary.Identify, vocabulary.Group}
	for _, meaning := range vocabulary.Meanings {
		if !p.ignored[meaning] { // a sign of life
			p.prefilter.Meanings = append(p.prefilter.Meanings, meaning)
		}
	}
	for i := range p.engagement {
		p.place(p.engagement[i], func(r *reaction) { r.engagement = append(r.engagement, i) })
	}
	for i := range p.measures {
		p.place(p.measures[i].filter, func(r *reaction) { r.measures = append(r.measures, i) })
	}
	for _, rule := range p.stageRules {
		p.place(rule.filter, func(r *reaction) {
			if rule.Stage == stageInquiry {
				r.early = append(r.early, rule)
			} else {
				r.late = append(r.late, rule)
			}
		})
	}
	for i := range p.origins {
		p.place(p.origins[i], func(r *reaction) { r.origins = append(r.origins, i) })
	}
	for i := range p.parallels {
		for _, f := range []*filter{p.parallels[i].opens, p.parallels[i].closes} {
			p.place(f, func(r *reaction) {
				if !slices.Contains(r.parallels, i) { // one meaning may both open and close
					r.parallels = append(r.parallels, i)
				}
			})
		}
	}
	for i := range p.requests {
		p.place(p.requests[i], func(r *reaction) { r.requests = append(r.requests, i) })
	}
	for i := range p.replies {
		p.place(p.replies[i], func(r *reaction) { r.replies = append(r.replies, i) })
	}
	for _, f := range p.exclusions {
		p.excludes.admit(f.needs)
	}
	p.addBuiltIn()
	for meaning := range p.byMeaning {
		p.prefilter.admit(needs{"meaning": {meaning}})
	}
}

func (p *program) place(f *filter, add func(*reaction)) {
	p.prefilter.admit(f.needs)
	if meanings, ok := f.needs["meaning"]; ok {
		for _, meaning := range meanings {
			add(p.on(meaning))
		}
		return
	}
	p.others = append(p.others, narrow{f.needs, add})
	for column, values := range f.needs {
		p.asked[column] = append(p.asked[column], values...)
	}
}

func (p *program) on(meaning string) *reaction {
	r := p.byMeaning[meaning]
	if r == nil {
		r = &reaction{}
		p.byMeaning[meaning] = r
	}
	return r
}

func (p *program) addBuiltIn() {
	for _, meaning := range planMeanings {
		p.on(meaning).plan = true
	}
	for _, meaning := range []string{vocabulary.SignedUp, vocabulary.FormSubmitted} {
		p.on(meaning).identifies = true
	}
	for _, meaning := range []string{vocabulary.CallCompleted, vocabulary.FormSubmitted} {
		p.on(meaning).bant = true
	}
	p.on(vocabulary.MessageFromProspect).message = true
	p.on(vocabulary.MessageFromAgent).asks = true
	p.on(vocabulary.ConversationClosed).closes = true
	p.on(vocabulary.MeetingBooked).closes = true
	for _, meaning := range []string{vocabulary.MessageFromProspect, vocabulary.MessageFromAgent, vocabulary.ConversationClosed} {
		p.on(meaning).tagged = true
	}
}

// columns are those that filters read beside the ones that every signal carries.
func (p *program) columns() []string {
	var all []string
	add := func(filters ...*filter) {
		for _, f := range filters {
			for _, column := range f.reads.columns {
				if slices.Contains(optionalColumns, column) {
					all = append(all, column)
				}
			}
		}
	}
	for _, list := range [][]*filter{p.engagement, p.origins, p.requests, p.replies, p.exclusions} {
		add(list...)
	}
	for _, x := range p.parallels {
		add(x.filters()...)
	}
	for _, m := range p.measures {
		add(m.filter)
	}
	for _, rule := range p.stageRules {
		add(rule.filter)
	}
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// optionalColumns are wide and mostly not asked for.
var optionalColumns = []string{"url", "referrer", "utm_source", "utm_medium", "utm_campaign", "user_agent"}

type mergeKey struct{ meaning, name, kind, source string }

// reaction to a signal; nil where it does nothing.
func (p *program) reaction(s *Signal) *reaction {
	own := p.byMeaning[s.Meaning]
	if len(p.others) == 0 {
		return own
	}
	key := mergeKey{s.Meaning, p.ifAsked("name", s.Name), p.ifAsked("kind", s.Kind), p.ifAsked("source", s.Source)}
	if known, ok := p.merged.Load(key); ok {
		return known.(*reaction)
	}
	merged := reaction{}
	if own != nil {
		merged = *own
		merged.early, merged.late = slices.Clone(own.early), slices.Clone(own.late)
		merged.engagement, merged.measures = slices.Clone(own.engagement), slices.Clone(own.measures)
		merged.requests, merged.replies = slices.Clone(own.requests), slices.Clone(own.replies)
		merged.origins, merged.parallels = slices.Clone(own.origins), slices.Clone(own.parallels)
	}
	for _, o := range p.others {
		if o.needs.possible(key) {
			o.add(&merged)
		}
	}
	merged.order()
	known, _ := p.merged.LoadOrStore(key, &merged)
	return known.(*reaction)
}

// ifAsked is the value where a filter names it, else "": names can be anything, and what is remembered must be bounded.
func (p *program) ifAsked(column, value string) string {
	if slices.Contains(p.asked[column], value) {
		return value
	}
	return ""
}

// order restores the order of the definitions: of stage rules, the first that holds counts.
func (r *reaction) order() {
	byIndex := func(a, b *stageRule) int { return a.index - b.index }
	slices.SortFunc(r.early, byIndex)
	slices.SortFunc(r.late, byIndex)
	for _, list := range [][]int{r.engagement, r.measures, r.origins, r.requests, r.replies} {
		slices.Sort(list)
	}
}

// possible looks at the columns that a reaction is remembered by.
func (n needs) possible(key mergeKey) bool {
	for column, value := range map[string]string{"name": key.name, "kind": key.kind, "source": key.source} {
		if values, ok := n[column]; ok && !slices.Contains(values, value) {
			return false
		}
	}
	return true
}
