package qualify

import "strings"

// OriginRule says where units come from by what happens first: a CRM's lead from a bought list, or a call of ours, is
// no inquiry. The first event for which a rule holds decides, be it before the unit asks for anything or when it does.
type OriginRule struct {
	Origin string `yaml:"origin"`
	Filter `yaml:",inline"`
	// Reason is what people read; none: which events the rule is about. ReasonProperty is a property whose text is added.
	Reason         string `yaml:"reason"`
	ReasonProperty string `yaml:"reason_property"`
}

// provenance is where a unit comes from, and what told it.
type provenance struct {
	origin  string
	reason  string
	eventID string // empty where time alone decided
}

// Origins of a unit.
const (
	originInbound = "inbound"
	originProduct = "product"
)

var origins = setOf([]string{originInbound, "outbound", "sgl", "tgl", originProduct})

func (r OriginRule) check(p place) {
	checkWords(p.key("origin"), "origin", words{r.Origin}, origins)
	if len(r.On) == 0 && r.Where == "" {
		p.faultf("origin %s: needs on, where or both: which events tell?", r.Origin)
	}
}

// comeFrom settles the origin by the first event that tells: what the event itself says (property origin) comes first.
func (e *evaluation) comeFrom(rules []int) {
	if e.history.from.origin != "" {
		return
	}
	for _, i := range rules {
		if !e.program.origins[i].holds(e.view) {
			continue
		}
		rule := e.Stages.Origins[i]
		e.history.from = e.said(provenance{rule.Origin, e.detailed(rule.why(), rule.ReasonProperty), e.signal.EventID})
		return
	}
}

// why is the rule's reason, in words of its own where it gives none.
func (r OriginRule) why() string {
	if r.Reason != "" {
		return r.Reason
	}
	words := strings.ReplaceAll(strings.Join(r.On, " or "), "_", " ")
	if r.Where == "" {
		return words
	}
	return strings.TrimSpace(words + " where " + r.Where)
}

// said is what the event itself says of the origin, else what was found.
func (e *evaluation) said(found provenance) provenance {
	if said := e.text("origin"); origins[said] {
		return provenance{said, "the event says so", e.signal.EventID}
	}
	return found
}

// origin of a unit that no event before told of, at its first entry into a stage other than suspect.
func (e *evaluation) origin(stage string) provenance {
	found := originOfUse(stage)
	found.eventID = e.signal.EventID
	return e.said(found)
}

// originOfUse is the origin of a unit that no event brought in.
func originOfUse(stage string) provenance {
	if stage == stagePQL {
		return provenance{origin: originProduct, reason: "no event told; the product was used first"}
	}
	return provenance{origin: originInbound, reason: "no event told"}
}
