package qualify

// ExclusionDefinition leaves events out of every definition: robots, tests, own staff. Nothing is deleted: how many of a
// unit's events were left out, and why, is a row of table exclusions.
type ExclusionDefinition struct {
	Named  `yaml:",inline"`
	Events []ExclusionRule `yaml:"events"`
}

// ExclusionRule leaves out the events that a filter chooses.
type ExclusionRule struct {
	Reason string `yaml:"reason"`
	Filter `yaml:",inline"`
}

// ExclusionRow is a row of table exclusions.
type ExclusionRow struct {
	UnitKind       string `ch:"unit_kind"`
	UnitID         string `ch:"unit_id"`
	AccountID      string `ch:"account_id"`
	Reason         string `ch:"reason"`
	Events         uint64 `ch:"events"` // that a definition would have looked at
	NoneLeft       bool   `ch:"none_left"`
	Definition     string `ch:"definition"`
	DefinitionHash string `ch:"definition_hash"`
}

func (d *ExclusionDefinition) check(p place) {
	d.Named.check(p)
	for i, r := range d.Events {
		if r.Reason == "" || len(r.On) == 0 && r.Where == "" {
			p.key("events").item(i).faultf("an exclusion needs a reason, and on, where or both")
		}
	}
}

// excluded counts the event by the first rule that leaves it out.
func (e *evaluation) excluded() bool {
	for i, rule := range e.program.exclusions {
		if rule.holds(e.view) {
			if e.left == nil {
				e.left = map[int]uint64{}
			}
			e.left[i] += 0 // the rule held, if only for events that nobody asks for
			if e.program.prefilter.Admits(e.signal) {
				e.left[i]++
			}
			return true
		}
	}
	return false
}

func (e *evaluation) exclusions() []ExclusionRow {
	var rows []ExclusionRow
	for i, rule := range e.Exclusions.Events {
		if events, held := e.left[i]; held && (events > 0 || !e.seen) {
			rows = append(rows, ExclusionRow{
				UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, Reason: rule.Reason,
				Events: events, NoneLeft: !e.seen, Definition: e.Exclusions.Name, DefinitionHash: e.byName[e.Exclusions.Name],
			})
		}
	}
	return rows
}
