package qualify

import "time"

// history is the stage rows of one unit while they are written.
type history struct {
	definitions *Definitions
	unit        Unit
	rows        []StageEntry
	entries     map[string]uint32
	position    string // "" for none
	positionRow int
	sleepy      bool            // the dormant rule covers position
	open        [routeCount]int // row of each route held, or none
	from        provenance
}

const none = -1

// step is why a stage is entered: when, by which definition, and the events that prove it.
type step struct {
	at         int64
	definition string
	reason     string
	evidence   []string
	origin     func(stage string) provenance // asked once, at the first entry into a stage other than suspect
}

func newHistory(u Unit, d *Definitions) history {
	return history{definitions: d, unit: u, entries: make(map[string]uint32, 4), positionRow: none, open: [routeCount]int{none, none, none}}
}

func (h *history) qualified() bool {
	for _, row := range h.open {
		if row != none {
			return true
		}
	}
	return false
}

func (h *history) nowhere() bool { return h.position == "" && !h.qualified() }

// enter takes a position and leaves the one before; false where the unit is in it already.
func (h *history) enter(stage string, s step) bool {
	if h.position == stage {
		return false
	}
	h.leavePosition(s.at)
	h.position, h.positionRow = stage, h.write(stage, s)
	h.sleepy = contains(h.definitions.Stages.Dormant.In, stage)
	return true
}

func (h *history) leavePosition(at int64) {
	if h.positionRow != none {
		h.rows[h.positionRow].LeftAt = instant(at)
	}
	h.position, h.positionRow, h.sleepy = "", none, false
}

// enterRoute takes a route beside the others; false where the unit holds it already.
func (h *history) enterRoute(route int, s step) bool {
	if h.open[route] != none {
		return false
	}
	if endedByRoute(h.position) {
		h.leavePosition(s.at)
	}
	h.open[route] = h.write(routeStages[route], s)
	return true
}

func (h *history) leaveRoute(route int, at int64) {
	if h.open[route] != none {
		h.rows[h.open[route]].LeftAt = instant(at)
		h.open[route] = none
	}
}

func (h *history) leaveAllRoutes(at int64) {
	for route := range h.open {
		h.leaveRoute(route, at)
	}
}

func (h *history) write(stage string, s step) int {
	if h.from.origin == "" && stage != stageSuspect && s.origin != nil {
		h.from = s.origin(stage)
	}
	h.entries[stage]++
	h.rows = append(h.rows, StageEntry{
		UnitKind: h.unit.Kind, UnitID: h.unit.ID, AccountID: h.unit.AccountID, Stage: stage, EntryNo: h.entries[stage],
		EnteredAt: instant(s.at), Owner: h.definitions.Stages.Owners[stage], ViaDefinition: s.definition,
		DefinitionHash: h.definitions.byName[s.definition], Reason: s.reason, EvidenceEventIDs: s.evidence,
		JunkReason: h.unit.JunkReason,
	})
	return len(h.rows) - 1
}

// close returns the rows. The origin is the unit's: how it first came to be more than a suspect.
func (h *history) close() []StageEntry {
	from := h.from
	if from.origin == "" {
		from = originOfUse("")
	}
	for i := range h.rows {
		row := &h.rows[i]
		row.Origin, row.OriginReason, row.OriginEventID = from.origin, from.reason, from.eventID
	}
	return h.rows
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
