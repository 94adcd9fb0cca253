package qualify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// learn reads fit attributes from a signal that describes the unit, and reports whether the fit changed.
func (e *evaluation) learn() bool {
	changed := false
	for i, f := range e.Score.Fit {
		matches, known := e.fits(i, f)
		if !known || matches == e.score.has[i] {
			continue
		}
		if !matches && e.unit.Kind == Account {
			continue // another member's title takes nothing from an account
		}
		e.score.has[i] = matches
		points := f.Points
		if !matches {
			points = -points
		}
		old := clipFit(e.score.fit)
		e.score.fit += points
		e.ledger("fit", f.Signal, clipFit(e.score.fit)-old, 0)
		changed = true
	}
	return changed
}

// fits reports whether an attribute matches, and whether this signal says so at all.
func (e *evaluation) fits(i int, f FitAttribute) (matches, known bool) {
	if f.BusinessEmail {
		return e.unit.BusinessDomain != "", true
	}
	text := e.text(f.Property)
	if text == "" {
		return false, false
	}
	if f.AtLeast != nil {
		number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return err == nil && number >= *f.AtLeast, err == nil
	}
	return e.program.fit[i].MatchString(text), true
}

// engage gives points, and reports whether it did.
func (e *evaluation) engage(signals []int) bool {
	earned := false
	for _, i := range signals {
		if !e.program.engagement[i].holds(e.view) {
			continue
		}
		definition := &e.Score.Engagement.Signals[i]
		points := e.score.allow(i, definition.Points, definition.CapPerDay, e.Score.Engagement.CapPerDay, e.at)
		if points <= 0 {
			continue
		}
		decay := e.Score.Engagement.decay(*definition)
		exact := int64(math.Round(points * micro))
		if decay.stepped() {
			points = float64(exact) / micro
		}
		e.score.earn(decay, points, stake{at: e.at, points: exact, left: exact, eventID: e.signal.EventID, signal: definition.Signal})
		e.ledger("engagement", definition.Signal, points, decay.halfLifeDays())
		earned = true
	}
	return earned
}

func (e *evaluation) ledger(kind, signal string, points, halfLife float64) {
	if points == 0 {
		return
	}
	e.scores = append(e.scores, ScoreRow{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, Score: kind, Signal: signal, EventTS: instant(e.at),
		EventID: e.signal.EventID, Points: points, HalfLifeDays: halfLife,
	})
	e.scoring = append(e.scoring, use{at: e.at, eventID: e.signal.EventID})
	if len(e.scoring) > 2*maxEvidence {
		e.scoring = append(e.scoring[:0], e.scoring[len(e.scoring)-maxEvidence:]...)
	}
}

// age lets points take the steps that are due: each loss is a row of the ledger, so that its rows still sum to the score.
func (e *evaluation) age(at int64) {
	for i := range e.score.steps {
		e.score.steps[i].step(at, func(x stake, points int64) {
			if points == 0 {
				return
			}
			e.scores = append(e.scores, ScoreRow{
				UnitKind: e.unit.Kind, UnitID: e.unit.ID, Score: "engagement", Signal: x.signal, EventTS: instant(at),
				EventID: x.eventID, Points: -float64(points) / micro,
			})
		})
	}
	e.foresee(at)
}

// crossed enters or keeps mql after the score has risen or fit has changed.
func (e *evaluation) crossed(before float64) {
	now := e.score.valueAt(e.at)
	t := e.Score.thresholds(e.unit.Kind)
	if !e.heldByScore && before < t.Enter && now >= t.Enter && !contains(e.Score.UnlessIn, e.history.position) {
		reason := fmt.Sprintf("lead score %.1f reached %g", now, t.Enter)
		if e.qualify(marketingRoute, e.step(e.Score.Name, reason, e.scoringEvidence()...)) {
			e.heldByScore = true
		}
	}
	e.regrade(e.at, e.signal.EventID)
	e.foresee(e.at)
}

// foresee finds when decay ends mql and grade, if nothing happens before points next take a step.
func (e *evaluation) foresee(at int64) {
	until := min(e.until, e.score.nextStep()-1)
	e.scoreFalls, e.gradeFalls = never, never
	if e.heldByScore {
		e.scoreFalls = fallsBelow(e.score.valueAt, e.Score.thresholds(e.unit.Kind).Leave, at, until)
	}
	if e.graded {
		if leave := e.Score.Grade.Engagement[e.engagementBand].leave(); leave > 0 {
			e.gradeFalls = fallsBelow(e.score.engagementAt, leave, at, until)
		}
	}
}

func (e *evaluation) scoringEvidence() []string {
	var ids []string
	for _, s := range e.scoring[max(0, len(e.scoring)-maxEvidence):] {
		if !slices.Contains(ids, s.eventID) {
			ids = append(ids, s.eventID)
		}
	}
	return ids
}
