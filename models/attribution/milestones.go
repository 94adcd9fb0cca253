package attribution

import "fmt"

// Milestones gives fixed parts to the touches that stand at the milestones of a sale: the first touch, the last one
// at or before the creation of the lead, the last one at or before the creation of the opportunity, and, where close
// is above 0, the last one before the close. The other touches share what is left. W-shaped and full path are the names and
// parts of Bizible, now Adobe Marketo Measure.
//
// A touch at several milestones gets all their parts. Without other touches their part is spread over the milestones
// pro rata; so is the part of a milestone that is missing. The ledger's rule says which milestones there were.
//
// The parts are somebody's opinion, and a milestone is when somebody filled in a form of a CRM: the model can't tell
// whether the touch before it was the reason.
type Milestones struct {
	name                            string
	first, lead, opportunity, close float64
}

// WShaped is 30 % each to first touch, lead creation and opportunity creation, and 10 % to the others.
func WShaped() Model { return Milestones{"w_shaped", .3, .3, .3, 0} }

// FullPath is 22.5 % each to first touch, lead creation, opportunity creation and close, and 10 % to the others.
func FullPath() Model { return Milestones{"full_path", .225, .225, .225, .225} }

// Name is the name of the model.
func (m Milestones) Name() string { return m.name }

// Version holds the parts.
func (m Milestones) Version() string {
	return fmt.Sprintf("1 %g/%g/%g/%g", m.first, m.lead, m.opportunity, m.close)
}

// Credit needs the milestones of journeys: ErrNeedsJourneys for a sample of paths.
func (m Milestones) Credit(s *Sample) (Credit, error) { return creditJourneys(s, m.weigh) }

func (m Milestones) weigh(j *Journey, w []float64) string {
	rule := "FT"
	present := m.first
	w[0] = m.first
	for _, milestone := range []struct {
		name string
		at   int32 // position from 1; 0 is missing
		part float64
	}{{"LC", j.LeadTouch, m.lead}, {"OC", j.OpportunityTouch, m.opportunity}, {"CW", int32(len(w)), m.close}} {
		if milestone.at > 0 && milestone.part > 0 {
			w[milestone.at-1] += milestone.part
			present += milestone.part
			rule += "+" + milestone.name
		}
	}
	others := 0
	for _, x := range w {
		if x == 0 {
			others++
		}
	}
	left := 1 - m.first - m.lead - m.opportunity - m.close
	scale := 1 / present // all of it to the milestones
	if others > 0 {
		scale = (1 - left) / present
	}
	for i := range w {
		if w[i] == 0 {
			w[i] = left / float64(others)
		} else {
			w[i] *= scale
		}
	}
	return rule
}
