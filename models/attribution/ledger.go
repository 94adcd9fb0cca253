package attribution

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// Unattributed is the channel of conversions that no touch gets credit for.
const Unattributed = "(unattributed)"

// Baseline is the channel of what would have converted anyway, in the ledger of models that say so: a row of a
// conversion beside its touches, at position 0 and without a touch.
const Baseline = "(baseline)"

// LedgerRow is a row of table attribution_ledger: what one touch gets of one conversion.
type LedgerRow struct {
	ConversionID   string    `ch:"conversion_id"`
	UnitKind       string    `ch:"unit_kind"`
	UnitID         string    `ch:"unit_id"`
	ConversionType string    `ch:"conversion_type"`
	ConvertedAt    time.Time `ch:"converted_at"`
	Model          string    `ch:"model"`
	ModelVersion   string    `ch:"model_version"`
	TouchID        string    `ch:"touch_id"`
	TouchAt        time.Time `ch:"touch_ts,null"`
	PersonID       string    `ch:"person_id"`
	Channel        string    `ch:"channel"`
	Source         string    `ch:"utm_source"`
	Medium         string    `ch:"utm_medium"`
	Campaign       string    `ch:"utm_campaign"`
	LandingPage    string    `ch:"landing_page"`
	Position       uint32    `ch:"position"`
	Touches        uint32    `ch:"touches"`
	Weight         float64   `ch:"weight"`
	CreditedValue  int64     `ch:"credited_value,decimal4"`
	Rule           string    `ch:"rule"`
}

// Ledger emits the rows of every converted journey: one a credited touch, in order, whose weights sum to 1 and whose
// credited values sum to the value of the conversion exactly; or, where no touch gets credit, one that says why.
// Touches of weight 0 have no row: most models give most touches nothing, and the ledger would be several times as
// long. js are the journeys of the sample that c was made from, in the same order. An error of emit ends it and is
// returned.
func Ledger(m Model, js []Journey, c Credit, emit func(LedgerRow) error) error {
	if len(js) != len(c.cell) {
		return fmt.Errorf("ledger of %s: %d journeys, but credit for %d: pass the journeys of the sample", m.Name(), len(js), len(c.cell))
	}
	name, version := m.Name(), m.Version()
	var split splitter
	for i := range js {
		j := &js[i]
		if j.Outcome != Converted {
			continue
		}
		row := LedgerRow{
			ConversionID: j.Conversion.ID, UnitKind: j.UnitKind, UnitID: j.UnitID, ConversionType: j.ConversionType,
			ConvertedAt: j.Conversion.At, Model: name, ModelVersion: version, Touches: uint32(len(j.Touches)),
		}
		if len(j.Touches) == 0 {
			row.Channel, row.Weight, row.CreditedValue = Unattributed, 1, j.Conversion.Value
			row.Rule = cmp.Or(j.UnattributedReason, NoTouchInWindow)
			if err := emit(row); err != nil {
				return err
			}
			continue
		}
		weights := c.Weights(i)
		baseline := c.BaselineWeight(i)
		if baseline > 0 {
			weights = slices.Insert(slices.Clone(weights), 0, baseline)
		}
		values := split.split(j.Conversion.Value, weights)
		row.Rule = c.Rule(i)
		if baseline > 0 {
			unearned := row
			unearned.Channel, unearned.Weight, unearned.CreditedValue = Baseline, baseline, values[0]
			if err := emit(unearned); err != nil {
				return err
			}
			weights, values = weights[1:], values[1:]
		}
		for k := range j.Touches {
			if weights[k] == 0 && values[k] == 0 {
				continue
			}
			row.touch(&j.Touches[k], k, weights[k], values[k])
			if err := emit(row); err != nil {
				return err
			}
		}
	}
	return nil
}

// touch fills what differs between the rows of a conversion.
func (r *LedgerRow) touch(t *Touch, index int, weight float64, value int64) {
	r.TouchID, r.TouchAt, r.PersonID, r.Channel = t.ID, t.At, t.PersonID, t.Credited()
	r.Source, r.Medium, r.Campaign, r.LandingPage = t.Source, t.Medium, t.Campaign, t.LandingPage
	r.Position, r.Weight, r.CreditedValue = uint32(index+1), weight, value
}

// splitter holds the scratch space of split.
type splitter struct{ values []int64 }

// split divides a value by weights into whole units: a part is what the weights up to its touch come to, rounded, less
// what those before it come to, and the last part is what is left. So the parts sum to the value exactly (if the weights
// sum to k instead of 1, to k times the value), each is within one unit of its due, and one can be found without the
// others: the ledger of data-driven models does so in SQL.
func (s *splitter) split(value int64, weights []float64) []int64 {
	s.values = s.values[:0]
	whole := value
	if sum := total(weights); math.Abs(sum-1) > 1e-6 {
		whole = int64(math.Round(float64(value) * sum))
	}
	sum, before := 0.0, int64(0)
	for i, w := range weights {
		sum += w
		upto := whole
		if i < len(weights)-1 {
			// The conversion forbids a fused multiplication, which would round otherwise than SQL does.
			upto = int64(math.Floor(float64(float64(value)*sum) + .5))
		}
		s.values = append(s.values, upto-before)
		before = upto
	}
	return s.values
}
