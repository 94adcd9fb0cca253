package qualify

import (
	"math"
	"time"
)

// GradeDefinition sorts units by fit and engagement apart: the grade is where the row of the fit band meets the column
// of the engagement band. Bands are written from the best to the worst; the worst begins at 0.
type GradeDefinition struct {
	Fit        []Band              `yaml:"fit"`
	Engagement []Band              `yaml:"engagement"`
	Matrix     map[string][]string `yaml:"matrix"` // by fit band, one grade an engagement band
}

// Band is a range of points: entered at AtLeast, left below Leave (AtLeast where it says none).
type Band struct {
	Band    string   `yaml:"band"`
	AtLeast float64  `yaml:"at_least"`
	Leave   *float64 `yaml:"leave"`
}

func (b Band) leave() float64 {
	if b.Leave != nil {
		return *b.Leave
	}
	return b.AtLeast
}

// GradeRow is a row of table grades.
type GradeRow struct {
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	AccountID      string    `ch:"account_id"`
	Grade          string    `ch:"grade"`
	FitBand        string    `ch:"fit_band"`
	EngagementBand string    `ch:"engagement_band"`
	Fit            float64   `ch:"fit"`        // at the entry
	Engagement     float64   `ch:"engagement"` // at the entry
	EnteredAt      time.Time `ch:"entered_at"`
	LeftAt         time.Time `ch:"left_at,null"` // zero while it holds
	Definition     string    `ch:"definition"`
	DefinitionHash string    `ch:"definition_hash"`
	EventID        string    `ch:"event_id"` // that led to it; empty: decay did
	JunkReason     string    `ch:"junk_reason"`
}

func (g *GradeDefinition) check(p place) {
	checkBands(p.key("fit"), g.Fit)
	checkBands(p.key("engagement"), g.Engagement)
	for i, band := range g.Fit {
		row, ok := g.Matrix[band.Band]
		if !ok || len(row) != len(g.Engagement) {
			p.key("matrix").key(band.Band).faultf("the matrix needs %d grades for fit band %q, one an engagement band", len(g.Engagement), band.Band)
		}
		if band.Leave != nil {
			p.key("fit").item(i).key("leave").faultf("fit does not decay: leave is for engagement")
		}
	}
	if len(g.Matrix) > len(g.Fit) {
		p.key("matrix").faultf("the matrix has rows for %d fit bands, of which there are %d", len(g.Matrix), len(g.Fit))
	}
}

func checkBands(p place, bands []Band) {
	if len(bands) == 0 {
		p.faultf("needs bands")
		return
	}
	for i, b := range bands {
		at := p.item(i)
		if b.Band == "" || math.IsNaN(b.AtLeast) || math.IsNaN(b.leave()) {
			at.faultf("a band needs a name and at_least")
		}
		if i > 0 && !(b.AtLeast < bands[i-1].AtLeast) || i > 0 && !(b.leave() < bands[i-1].leave()) {
			at.faultf("band %q: bands go from the best to the worst, each beginning lower", b.Band)
		}
		if b.leave() > b.AtLeast {
			at.key("leave").faultf("band %q: leave %g must not be above at_least %g", b.Band, b.leave(), b.AtLeast)
		}
	}
	if worst := bands[len(bands)-1]; worst.AtLeast != 0 || worst.leave() != 0 {
		p.item(len(bands) - 1).faultf("the last band must begin at 0")
	}
}

// bandOf is the band that points reach from the one before, which is kept down to its leave; −1: none before.
func bandOf(bands []Band, points float64, before int) int {
	reached := len(bands) - 1
	for i, b := range bands {
		if points >= b.AtLeast {
			reached = i
			break
		}
	}
	if before < 0 || reached <= before {
		return reached
	}
	for i := before; i < reached; i++ {
		if points >= bands[i].leave() {
			return i
		}
	}
	return reached
}

// regrade enters another grade where the bands have changed, by an event or, with none, by decay. Units without a row in
// the ledger have no grade.
func (e *evaluation) regrade(at int64, eventID string) {
	g := e.Score.Grade
	if g == nil || len(e.scores) == 0 {
		return
	}
	fit, engagement := clipFit(e.score.fit), e.score.engagementAt(at)
	fitBand, engagementBand := bandOf(g.Fit, fit, -1), bandOf(g.Engagement, engagement, e.engagementBandBefore())
	if e.graded && fitBand == e.fitBand && engagementBand == e.engagementBand {
		return
	}
	if e.leaveGrade(at, fitBand, engagementBand) {
		return
	}
	row := GradeRow{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, AccountID: e.unit.AccountID, Fit: fit, Engagement: engagement,
		FitBand: g.Fit[fitBand].Band, EngagementBand: g.Engagement[engagementBand].Band,
		Grade: g.Matrix[g.Fit[fitBand].Band][engagementBand], EnteredAt: instant(at),
		Definition: e.Score.Name, DefinitionHash: e.byName[e.Score.Name], EventID: eventID, JunkReason: e.unit.JunkReason,
	}
	e.grades = append(e.grades, row)
	e.graded, e.fitBand, e.engagementBand = true, fitBand, engagementBand
}

// leaveGrade ends the grade held. One that was entered at the same instant was never held: it goes, and true says that the
// one before it holds on.
func (e *evaluation) leaveGrade(at int64, fitBand, engagementBand int) (holds bool) {
	g := e.Score.Grade
	if last := len(e.grades) - 1; last >= 0 && e.grades[last].EnteredAt.Equal(instant(at)) {
		e.grades = e.grades[:last]
	}
	if len(e.grades) == 0 {
		return false
	}
	last := &e.grades[len(e.grades)-1]
	if last.FitBand == g.Fit[fitBand].Band && last.EngagementBand == g.Engagement[engagementBand].Band {
		last.LeftAt, e.fitBand, e.engagementBand = time.Time{}, fitBand, engagementBand
		return true
	}
	last.LeftAt = instant(at)
	return false
}

func (e *evaluation) engagementBandBefore() int {
	if e.graded {
		return e.engagementBand
	}
	return -1
}
