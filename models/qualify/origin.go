package qualify

import (
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// Origins of a unit.
const (
	originInbound = "inbound"
	originSGL     = "sgl"
	originTGL     = "tgl"
	originProduct = "product"
)

var origins = map[string]bool{originInbound: true, "outbound": true, originSGL: true, originTGL: true, originProduct: true}

// origin is how the unit came to be more than a suspect: what the event itself says (property origin), else by the
// event that did it: signing up or using the product, a call of ours, an act of sales, or its own asking.
func (e *evaluation) origin(stage string) string {
	if said := e.text("origin"); origins[said] {
		return said
	}
	switch e.signal.Meaning {
	case vocabulary.SignedUp, vocabulary.TrialStarted, vocabulary.SubscriptionStarted:
		return originProduct
	case vocabulary.CallCompleted:
		return originTGL
	case vocabulary.LeadAccepted, vocabulary.LeadRejected, vocabulary.OpportunityCreated, vocabulary.OpportunityWon,
		vocabulary.OpportunityLost:
		return originSGL
	}
	return originOfUse(stage)
}

// originOfUse is the origin of a unit that no event brought in.
func originOfUse(stage string) string {
	if stage == stagePQL {
		return originProduct
	}
	return originInbound
}
