package qualify

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func newScore(d *Definitions) score {
	s := score{
		has:   make([]bool, len(d.Score.Fit)),
		today: make([]spent, len(d.Score.Engagement.Signals)+1),
	}
	for _, signal := range d.Score.Engagement.Signals {
		s.class(d.Score.Engagement.halfLife(signal))
	}
	for i := range s.today {
		s.today[i].day = -1
	}
	return s
}

// class is the running sum of all signals with one half life.
func (s *score) class(halfLifeDays float64) *decaying {
	ms := halfLifeDays * float64(dayMS)
	for i := range s.classes {
		if s.classes[i].halfLifeMS == ms {
			return &s.classes[i]
		}
	}
	s.classes = append(s.classes, decaying{halfLifeMS: ms})
	return &s.classes[len(s.classes)-1]
}

// learn reads fit attributes from a signal that describes the unit.
func (e *evaluation) learn() {
	before := e.score.valueAt(e.at)
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
	e.identified = true
	if changed {
		e.crossed(before)
	}
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

// engage gives points.
func (e *evaluation) engage(signals []int) {
	before := e.score.valueAt(e.at)
	for _, i := range signals {
		definition := e.Score.Engagement.Signals[i]
		points := e.score.earn(i, definition.Points, definition.CapPerDay, e.Score.Engagement.CapPerDay, e.at)
		if points <= 0 {
			continue
		}
		halfLife := e.Score.Engagement.halfLife(definition)
		e.score.class(halfLife).add(points, e.at)
		e.ledger("engagement", definition.Signal, points, halfLife)
	}
	e.crossed(before)
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

// crossed enters or keeps mql after the score has changed.
func (e *evaluation) crossed(before float64) {
	now := e.score.valueAt(e.at)
	t := e.Score.thresholds(e.unit.Kind)
	if before < t.Enter && now >= t.Enter {
		reason := fmt.Sprintf("lead score %.1f reached %g", now, t.Enter)
		if e.qualify(marketingRoute, e.step(e.Score.Name, reason, e.scoringEvidence()...)) {
			e.heldByScore = true
		}
	}
	if e.heldByScore {
		e.scoreFalls = e.score.fallsBelow(t.Leave, e.at, e.until)
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
