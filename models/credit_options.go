package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

// CreditOptions say what is credited, and by which models.
type CreditOptions struct {
	// Models are the models that the run computes, by the names of docs/attribution.md; DefaultModels among them stands for
	// those of attribution.Models, and so does an empty list.
	Models []string `json:"models,omitempty"`
	// Dimension is what touches are credited by: one of Dimensions, or property:NAME. Empty: channel.
	Dimension string `json:"dimension,omitempty"`
	// Top is how many names the models that are fitted to all journeys tell apart: those that most journeys hold; the others
	// together are other(n) to them. 0: all channels, or defaultTop names of another dimension. Negative: all names.
	Top int `json:"top,omitempty"`
	// ObservedFrom is when touches began to be recorded; zero: with the first event.
	ObservedFrom time.Time `json:"observed_from,omitzero"`
}

// DefaultModels stands for the models of attribution.Models in a list of names.
const DefaultModels = "default"

// ChannelDimension credits touches by their channel.
const ChannelDimension = "channel"

// Dimensions are what touches may be credited by, as view touch_names_at reads them, beside property:NAME.
var Dimensions = []string{ChannelDimension, "source", "medium", "source_medium", "campaign", "landing_page", "touch_kind", "prompt", "conversation", "sales_person"}

const propertyDimension = "property:"

// ValidDimension is an error that lists the dimensions unless dimension is one.
func ValidDimension(dimension string) error {
	if slices.Contains(Dimensions, dimension) || strings.HasPrefix(dimension, propertyDimension) && dimension != propertyDimension {
		return nil
	}
	return fmt.Errorf("dimension %q: must be one of %s, or %sNAME for a property of the touch's event",
		dimension, strings.Join(Dimensions, ", "), propertyDimension)
}

// defaultTop keeps chains of campaigns or pages solvable, and their tables readable.
const defaultTop = 50

func (o CreditOptions) dimension() string { return cmp.Or(o.Dimension, ChannelDimension) }

// top is how many names to tell apart; 0 for all.
func (o CreditOptions) top() int {
	if o.Top == 0 && o.dimension() != ChannelDimension {
		return defaultTop
	}
	return max(0, o.Top)
}

// eventConversion begins a type of conversion that is an event by its name or meaning.
const eventConversion = "event:"

// validate reports all that is wrong with what is to be credited.
func (o Options) validate() error {
	_, err := o.models()
	faults := []error{err, ValidDimension(o.Credit.dimension()), attribution.Options{LookBack: o.LookBack, Cycle: o.Cycle, Direct: o.Direct}.Validate()}
	for _, kind := range o.ConversionTypes {
		if kind != vocabulary.SignedUp && !slices.Contains(vocabulary.Stages, kind) && (!strings.HasPrefix(kind, eventConversion) || kind == eventConversion) {
			faults = append(faults, fmt.Errorf("conversion %q: must be %s, a stage (%s), or %sNAME for an event by its name or meaning",
				kind, vocabulary.SignedUp, strings.Join(vocabulary.Stages, ", "), eventConversion))
		}
	}
	return errors.Join(faults...)
}

// conversionTypes are what converts, sign-ups always among it.
func (o Options) conversionTypes() []string {
	types := []string{vocabulary.SignedUp}
	for _, kind := range o.ConversionTypes {
		if !slices.Contains(types, kind) {
			types = append(types, kind)
		}
	}
	return types
}

// conversionEvents are the names of the events that are conversions by themselves.
func (o Options) conversionEvents() []string {
	names := []string{}
	for _, kind := range o.conversionTypes() {
		if name, isEvent := strings.CutPrefix(kind, eventConversion); isEvent {
			names = append(names, name)
		}
	}
	return names
}

// ledgerModels are the models of the ledger, by what they look at.
type ledgerModels struct {
	rules []attribution.Model // at one journey
	paths []attribution.Model // at the paths of all journeys
	times []attribution.Model // at the times of all journeys
}

func (o Options) models() (l ledgerModels, err error) {
	all, err := o.Credit.models()
	if err != nil {
		return l, err
	}
	for _, m := range all {
		switch {
		case m.Name() == attribution.Participation().Name():
			return l, fmt.Errorf("attribution model %s: its weights sum to more than 1, so it has no place in the ledger", m.Name())
		case attribution.NeedsTimes(m):
			l.times = append(l.times, m)
		case attribution.DependsOnOthers(m):
			l.paths = append(l.paths, m)
		default:
			l.rules = append(l.rules, m)
		}
	}
	return l, nil
}

// models are those asked for, each once, in the order of the documentation.
func (o CreditOptions) models() ([]attribution.Model, error) {
	var names []string
	for _, name := range o.Models {
		if name != DefaultModels {
			names = append(names, name)
			continue
		}
		for _, m := range attribution.Models() {
			names = append(names, m.Name())
		}
	}
	return attribution.Named(names...)
}
