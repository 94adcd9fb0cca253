package qualify

// OriginRule says where units come from by what happens first: a CRM's lead from a bought list, or a call of ours, is
// no inquiry. The first event for which a rule holds decides, be it before the unit asks for anything or when it does.
type OriginRule struct {
	Origin string `yaml:"origin"`
	Filter `yaml:",inline"`
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
	if e.history.origin != "" {
		return
	}
	for _, i := range rules {
		if !e.program.origins[i].holds(e.view) {
			continue
		}
		e.history.origin = e.Stages.Origins[i].Origin
		if said := e.text("origin"); origins[said] {
			e.history.origin = said
		}
		return
	}
}

// origin of a unit that no event before told of, at its first entry into a stage other than suspect.
func (e *evaluation) origin(stage string) string {
	if said := e.text("origin"); origins[said] {
		return said
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
