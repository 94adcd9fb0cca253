package qualify

import (
	"strings"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// changePlan follows the unit from plan to plan.
func (e *evaluation) changePlan() {
	switch e.signal.Meaning {
	case vocabulary.SignedUp:
		// An account has many members; one more signing up changes nothing for the others.
		if e.plan == planNone {
			e.plan = planFree
			if strings.Contains(strings.ToLower(e.text("plan")), planTrial) {
				e.plan = planTrial
			}
		}
	case vocabulary.TrialStarted:
		if e.plan != planPaid {
			e.plan = planTrial
		}
	case vocabulary.TrialEnded, vocabulary.SubscriptionCancelled:
		if e.plan != planPaid || e.signal.Meaning == vocabulary.SubscriptionCancelled {
			e.plan = planFree
		}
	case vocabulary.SubscriptionStarted:
		if e.signal.Value > 0 {
			e.plan = planPaid
		}
	}
}

// use counts an event towards product definitions.
func (e *evaluation) use(refs []usageRef) {
	for _, ref := range refs {
		p := &e.products[ref.definition]
		if ref.condition < 0 {
			continue
		}
		condition := &e.Product[ref.definition].All[ref.condition]
		x := use{at: e.at, eventID: e.signal.EventID}
		if condition.Property != "" {
			x.value = e.text(condition.Property)
		}
		p.usages[ref.condition].push(x)
		p.lastAt = e.at
	}
	last := -1
	for _, ref := range refs {
		if ref.definition != last {
			e.judgeProduct(ref.definition)
		}
		last = ref.definition
	}
}

func (e *evaluation) judgeProduct(i int) {
	definition, p := &e.Product[i], &e.products[i]
	p.expire(e.at - days(definition.WindowDays))
	if p.live || !contains(definition.Plans, e.plan) || !definition.holds(p) {
		return
	}
	if clipFit(e.score.fit) < definition.FitFloor || contains(definition.UnlessIn, e.history.position) ||
		isCustomer(e.history.position) {
		return
	}
	p.live = true
	e.qualify(productRoute, e.step(definition.Name, definition.Reason, p.evidence()...))
}
