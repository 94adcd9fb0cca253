package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// pathsReport is what the ways of units say.
type pathsReport struct {
	Cases         int                   `json:"cases"`
	Empty         int                   `json:"cases_without_states"`
	Steps         uint64                `json:"steps"`
	Variants      int                   `json:"variants"`
	Covering      uint64                `json:"variants_that_cover_80_percent"`
	SelfLoops     uint64                `json:"self_loops"`
	Transitions   []path.Transition     `json:"transitions"`
	States        []path.State          `json:"states"`
	NoExit        []string              `json:"states_without_exit,omitempty"`
	WentOn        []path.WentOn         `json:"ends_that_units_left,omitempty"`
	Expectations  []path.Expectation    `json:"expectations"`
	Top           []path.Variant        `json:"top_variants"`
	Actions       []path.Action         `json:"actions,omitempty"`
	Linearity     *path.Linearity       `json:"linearity,omitempty"`
	Requalified   *path.Requalification `json:"requalification,omitempty"`
	Segments      []path.SegmentRow     `json:"segments,omitempty"`
	Effect        *path.Effect          `json:"what_if,omitempty"`
	UnitsOfTheWay []string              `json:"units_of_the_way,omitempty"`

	unit string // what a case is called
}

// finish makes the report, draws the picture and shows both.
func (o *pathsOptions) finish(d path.Definition, study *path.Study) error {
	report, err := o.reportOf(d, study)
	if err != nil {
		return err
	}
	if o.picture != "" {
		if err := drawPicture(o.picture, report.States, study.Whole.Graph()); err != nil {
			return err
		}
	}
	return report.show(newScreen(o.output != outputTable), o)
}

func (o *pathsOptions) reportOf(d path.Definition, study *path.Study) (*pathsReport, error) {
	b := study.Whole
	variants := b.Concentration(.8)
	report := &pathsReport{
		Cases: b.Units(), Empty: b.Empty(), Variants: int(variants.Variants), Covering: variants.Covering, Actions: b.Actions(),
		unit: unitsOf(o.log != "", d.Unit),
	}
	var err error
	if report.States, report.Transitions, err = b.Figures(o.resamples, 1); err != nil {
		return nil, err
	}
	if report.Expectations, err = b.Expectations(); err != nil {
		return nil, err
	}
	chain, err := b.Chain()
	if err != nil {
		return nil, err
	}
	report.NoExit, report.WentOn = chain.NoExit, b.WentOn()
	for _, s := range report.States {
		report.Steps += s.Entries
	}
	for _, edge := range report.Transitions {
		if edge.From == edge.To {
			report.SelfLoops += edge.Transitions
		}
	}
	if err := o.journeys(report, b); err != nil {
		return nil, err
	}
	if len(d.Order) > 0 {
		linearity := b.LinearityOfSteps(d.Steps())
		report.Linearity = &linearity
	}
	if q := b.Requalification(); q.Disqualified > 0 {
		report.Requalified = &q
	}
	if o.fewer != "" {
		effect, err := b.BootstrapWhatIf(o.shift, o.resamples, 1)
		if err != nil {
			return nil, err
		}
		report.Effect = &effect
	}
	parts, err := study.Parts()
	if err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		report.Segments = append(report.Segments, part.Row(d.Steps()))
	}
	if err := study.Err(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(report.Transitions, func(a, b path.Transition) int { return cmp.Compare(b.Transitions, a.Transitions) })
	slices.SortStableFunc(report.States, func(a, b path.State) int { return cmp.Compare(b.Entries, a.Entries) })
	return report, nil
}

// journeys are the commonest ways with their groups, and the units of the one asked for.
func (o *pathsOptions) journeys(report *pathsReport, b *path.Builder) error {
	report.Top = b.Variants(o.top)
	b.Group(report.Top, o.groups)
	if o.way == 0 {
		return nil
	}
	if o.way > report.Variants {
		return usageError{fmt.Errorf("--way %d: there are %d ways", o.way, report.Variants)}
	}
	report.UnitsOfTheWay = b.Variants(o.way)[o.way-1].Examples
	for i := range report.Top {
		report.Top[i].Examples = nil
	}
	return nil
}

// unitsOf is what the units are called on the screen.
func unitsOf(log bool, unit string) string {
	switch {
	case log && unit != path.UnitSession:
		return "cases"
	case unit == path.UnitProperty:
		return "units"
	case unit == "":
		return "persons"
	}
	return unit + "s"
}

// drawPicture writes the graph into a file.
func drawPicture(file string, states []path.State, graph []path.Transition) error {
	return replaceFile(file, func(w io.Writer) error {
		return renderPicture(w, file, path.Draw(states, graph, path.DrawingOptions{}))
	})
}
