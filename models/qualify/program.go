package qualify

import (
	"errors"
	"regexp"
	"slices"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// program is the definitions arranged by what an event means, so that a signal costs one look-up, and a signal that
// means nothing costs none.
type program struct {
	byMeaning map[string]*reaction
	fit       []*regexp.Regexp // by fit attribute; nil for those without an expression
	ignored   map[string]bool  // meanings that are no sign of life
	dormantMS int64
}

// reaction is all that an event of one meaning can do.
type reaction struct {
	early, late []*StageRule
	engagement  []int // signals of the score
	product     []usageRef
	identifies  bool // carries attributes of the unit
	bant        bool
	message     bool
	closes      bool // a conversation
	plan        bool
}

// usageRef is a condition of a product definition; condition −1 asks only to look again, since the plan changed.
type usageRef struct{ definition, condition int }

func (d *Definitions) compile() (*program, error) {
	p := &program{
		byMeaning: map[string]*reaction{},
		ignored:   setOf(d.Stages.Dormant.Ignore),
		dormantMS: int64(d.Stages.Dormant.AfterDays * float64(dayMS)),
	}
	var faults []error
	for _, f := range d.Score.Fit {
		var expression *regexp.Regexp
		if f.Matches != "" {
			var err error
			expression, err = regexp.Compile(f.Matches)
			faults = append(faults, err)
		}
		p.fit = append(p.fit, expression)
	}
	for i := range d.Stages.Rules {
		p.addStageRule(&d.Stages.Rules[i])
	}
	for i, s := range d.Score.Engagement.Signals {
		for _, meaning := range s.On {
			r := p.on(meaning)
			r.engagement = append(r.engagement, i)
		}
	}
	for i, definition := range d.Product {
		p.addProduct(i, definition)
	}
	p.addBuiltIn()
	return p, errors.Join(faults...)
}

func (p *program) on(meaning string) *reaction {
	r := p.byMeaning[meaning]
	if r == nil {
		r = &reaction{}
		p.byMeaning[meaning] = r
	}
	return r
}

func (p *program) addStageRule(rule *StageRule) {
	for _, meaning := range rule.On {
		r := p.on(meaning)
		if rule.Stage == stageInquiry {
			r.early = append(r.early, rule)
		} else {
			r.late = append(r.late, rule)
		}
	}
}

func (p *program) addProduct(definition int, d ProductDefinition) {
	for condition, c := range d.All {
		for _, meaning := range c.On {
			r := p.on(meaning)
			r.product = append(r.product, usageRef{definition, condition})
		}
	}
	for _, meaning := range planMeanings {
		r := p.on(meaning)
		if !slices.ContainsFunc(r.product, func(u usageRef) bool { return u.definition == definition }) {
			r.product = append(r.product, usageRef{definition, -1})
		}
	}
}

// Meanings that change the plan a unit is on.
var planMeanings = []string{
	vocabulary.SignedUp, vocabulary.TrialStarted, vocabulary.TrialEnded, vocabulary.SubscriptionStarted,
	vocabulary.SubscriptionCancelled,
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
	p.on(vocabulary.ConversationClosed).closes = true
}
