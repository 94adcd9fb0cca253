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
		if e.plan != planPaid || e.signal.Meaning == vocabulary.SubscriptionCancelled && !e.subscribed() {
			e.plan = planFree
		}
	case vocabulary.SubscriptionStarted:
		if e.signal.Value > 0 {
			e.plan = planPaid
		}
	}
}
