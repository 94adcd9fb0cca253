package qualify

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// answer reads BANT answers from a call or a form.
func (e *evaluation) answer() {
	known := false
	for i, question := range bantQuestions {
		if a := parseAnswer(e.text(question)); a != answerUnknown {
			e.answers[i], known = a, true
		}
	}
	call := e.signal.Meaning == vocabulary.CallCompleted
	outcome := ""
	if call {
		outcome = e.text("outcome")
	}
	if !known && outcome == "" {
		return
	}
	score := e.Bant.score(e.answers)
	row := BantAnswer{
		UnitKind: e.unit.Kind, UnitID: e.unit.ID, AnsweredAt: instant(e.at), EventID: e.signal.EventID,
		Budget: e.answers[0], Authority: e.answers[1], Need: e.answers[2], Timeline: e.answers[3], Score: score, Outcome: outcome,
	}
	poor := outcome == "" && score < e.Bant.Threshold && (call || e.beforeSales() && !slices.Contains(e.answers[:], answerUnknown))
	if poor || outcome == "nurture" {
		row.RevisitAt = e.revisitAt()
	}
	e.bant = append(e.bant, row)
	e.actOnBant(score, call, outcome, poor)
}

// revisitAt is the day that the call or form itself agreed on (property revisit_at), else so many days later as the
// definition says.
func (e *evaluation) revisitAt() time.Time {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, e.text("revisit_at")); err == nil && at.UnixMilli() > e.at {
			return instant(at.UnixMilli())
		}
	}
	return instant(e.at + days(e.Bant.RevisitDays))
}

// actOnBant: good answers qualify for mql whom sales has not taken on, and for sql when a call got them; poor ones, of a
// call or of a form filled in completely before sales took over, send to nurture. Where a call says how it ended, the
// stage rules decide by that; an opportunity and a customer stay.
func (e *evaluation) actOnBant(score float64, call bool, outcome string, poor bool) {
	reason := fmt.Sprintf("BANT %g of 100", score)
	position := e.history.position
	if position == "opportunity" || isCustomer(position) {
		return
	}
	switch {
	case score >= e.Bant.Threshold && (outcome == "" || outcome == "ready"):
		if e.beforeSales() {
			e.heldByBant = e.qualify(marketingRoute, e.step(e.Bant.Name, reason)) || e.heldByBant
		}
		if call && outcome == "" {
			e.move(stageSQL, e.step(e.Bant.Name, reason))
		}
	case poor:
		e.move(stageNurture, e.step(e.Bant.Name, reason+", below "+strconv.FormatFloat(e.Bant.Threshold, 'g', -1, 64)))
	}
}
