package report

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/queries"
)

// Segment is a part of the units: those whose value of a split is this, such as plan and free. The zero value is all units.
type Segment struct{ By, Value string }

// ParseSegment reads "split:value"; nothing is the zero segment.
func ParseSegment(text string) (Segment, error) {
	if text == "" {
		return Segment{}, nil
	}
	by, value, ok := strings.Cut(text, ":")
	if !ok || by == "" {
		return Segment{}, fmt.Errorf("%q is no segment: write it as split:value, such as plan:free", text)
	}
	return Segment{by, value}, nil
}

// String is what ParseSegment reads.
func (s Segment) String() string {
	if s.By == "" {
		return ""
	}
	return s.By + ":" + s.Value
}

// Label is the value as a reader sees it.
func (s Segment) Label() string {
	if s.Value == "" {
		return "(none)"
	}
	return s.Value
}

// SegmentOffer is a segment that the data hold, with its number of units.
type SegmentOffer struct {
	Segment
	Units float64
}

// byUnit are the views with a row's unit_kind and unit_id, to which a segment can be applied. Figures that read none of them
// are totals of the batch over all units.
var byUnit = []string{"attribution_ledger", "conversions", "journeys", "stages", "requests", "qualifications", "score_ledger", "conversation_leads", "bant_answers"}

// segment lays the options' segment on whatever the panels read, and lists what there is to choose.
func (g *gatherer) segment(ctx context.Context, o Options, run uint64) (err error) {
	if o.Pickers == nil && o.Segment == (Segment{}) {
		return nil
	}
	ask := func() ([]SegmentOffer, error) { return g.askSegments(ctx, run) }
	if g.offers.Segments, err = o.Pickers.segments(g.value("unit_kind"), run, ask); err != nil {
		return err
	}
	if o.Segment == (Segment{}) {
		return nil
	}
	if !slices.ContainsFunc(g.offers.Segments, func(s SegmentOffer) bool { return s.Segment == o.Segment }) {
		refusal := fmt.Sprintf("no %s is in the segment %q", g.value("unit_kind"), o.Segment)
		if !o.Lenient {
			return fmt.Errorf("%w: %s (there are %s)", ErrChoice, refusal, g.offers.some())
		}
		g.notes = append(g.notes, refusal+"; shown are all")
		return nil
	}
	members, err := splitSQL("members", o.Segment.By)
	if err != nil {
		return err
	}
	condition := filled(members, map[string]string{"unit_kind": g.value("unit_kind"), "value": o.Segment.Value}, run)
	g.filters = map[string]string{}
	for _, view := range byUnit {
		g.filters[view] = condition
	}
	g.segmented = o.Segment
	return nil
}

// splits are what units can be split by, in the order in which a reader chooses; each has a file under segments/splits.
var splits = []string{"plan", "company size", "first qualified by", "origin", "first channel", "country"}

// splitSQL is a file under segments with the statement that tells the units' values of a split in its place.
func splitSQL(file, split string) (string, error) {
	whole, err := queries.Read("panels/segments/" + file + ".sql")
	if err != nil {
		return "", err
	}
	units, err := queries.Read("panels/segments/splits/" + strings.ReplaceAll(split, " ", "_") + ".sql")
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(whole, "{units:Subquery}", strings.TrimSpace(comment.ReplaceAllString(units, ""))), nil
}

// askSegments lists the segments of all splits.
func (g *gatherer) askSegments(ctx context.Context, run uint64) ([]SegmentOffer, error) {
	found := make([][]SegmentOffer, len(splits))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, split := range splits {
		group.Go(func() (err error) {
			found[i], err = g.askSplit(within, split, run)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("segments: %w", err)
	}
	return slices.Concat(found...), nil
}

// askSplit lists the segments of a split; none where nobody has a value of it.
func (g *gatherer) askSplit(ctx context.Context, split string, run uint64) ([]SegmentOffer, error) {
	sql, err := splitSQL("offers", split)
	if err != nil {
		return nil, err
	}
	columns, rows, err := g.query(ctx, sql, map[string]any{"unit_kind": g.value("unit_kind"), "run": run}, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", split, err)
	}
	found := newFrame(columns, rows, g.zone)
	if len(found.Rows) == 1 && found.text(0, "value") == "" {
		return nil, nil
	}
	var all []SegmentOffer
	for i := range found.Rows {
		all = append(all, SegmentOffer{Segment{split, found.text(i, "value")}, found.number(i, "units")})
	}
	return all, nil
}

// Pickers remember which segments a run has: asking reads all units, and the answer stays the same for a run. The zero value is
// ready; its methods are safe for concurrent use.
type Pickers struct {
	lock  sync.Mutex
	known map[string][]SegmentOffer
}

// segments are remembered, or asked for.
func (p *Pickers) segments(unitKind string, run uint64, ask func() ([]SegmentOffer, error)) ([]SegmentOffer, error) {
	if p == nil {
		return ask()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	key := fmt.Sprintf("%s %d", unitKind, run)
	if offers, ok := p.known[key]; ok {
		return offers, nil
	}
	offers, err := ask()
	if err != nil {
		return nil, err
	}
	if p.known == nil || len(p.known) > 8 {
		p.known = map[string][]SegmentOffer{} // of runs that have passed
	}
	p.known[key] = offers
	return offers, nil
}

// some names a few of the segments.
func (o Offers) some() string {
	var all []string
	for _, s := range o.Segments[:min(len(o.Segments), 12)] {
		all = append(all, s.String())
	}
	return strings.Join(all, ", ")
}

// filled replaces the parameters of a condition. ClickHouse knows no parameters in additional_table_filters, so the values are
// written as the hexadecimal digits of their bytes, which can't be anything but a string.
func filled(condition string, values map[string]string, run uint64) string {
	condition = comment.ReplaceAllString(condition, "")
	condition = strings.ReplaceAll(condition, "{run:UInt64}", fmt.Sprint(run))
	for name, value := range values {
		condition = strings.ReplaceAll(condition, "{"+name+":String}", "unhex('"+hex.EncodeToString([]byte(value))+"')")
	}
	return condition
}

var (
	comment = regexp.MustCompile(`(?m)^--.*\n`)
	reads   = regexp.MustCompile(`(?:FROM|JOIN)\s+(\w+)`)
)

// unsegmented says whether a panel shows all units whatever the segment.
func unsegmented(p dashboards.Panel) bool {
	for _, q := range p.Queries {
		for _, m := range reads.FindAllStringSubmatch(q.SQL, -1) {
			if slices.Contains(byUnit, m[1]) {
				return false
			}
		}
	}
	return true
}
