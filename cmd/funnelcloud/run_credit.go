package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/attribution"
)

// registerCredit registers what a run is told about credit.
func registerCredit(flags *pflag.FlagSet, o *models.Options) {
	flags.StringSliceVar(&o.ConversionTypes, "conversion", nil,
		"what counts as a conversion beside signed_up: stages, and event:NAME for each event of a name or meaning (default: mql,pql,cql,sql,opportunity,won)")
	flags.DurationVar(&o.LookBack, "look-back", 90*24*time.Hour, "how long before a conversion a touch may earn credit")
	flags.StringVar(&o.Cycle, "cycle", attribution.Reset, "reset: a touch counts for the next conversion only; look_through: for all")
	flags.StringVar(&o.Direct, "direct", attribution.DropDirectUnlessOnly, "direct touches: keep, drop_unless_only or drop_last")
	flags.StringVar(&o.Credit.Dimension, "dimension", models.ChannelDimension,
		"what is credited: "+strings.Join(models.Dimensions, ", ")+", or property:NAME of the touch's event")
	flags.IntVar(&o.Credit.Top, "top", 0,
		"names that the models fitted to all journeys tell apart; the rest are other(n) to them; -1: all (default: all channels, 50 of anything else)")
	flags.StringSliceVar(&o.Credit.Models, "model", nil,
		"models to compute, of "+strings.Join(attribution.Names(), ", ")+"; default stands for all that are cheap, as in default,markov_2")
	flags.IntVar(&o.Bootstrap, "bootstrap", 200, "replicates for the 95 % intervals")
	flags.Var((*dayValue)(&o.Credit.ObservedFrom), "observed-from",
		"day when visits began to be recorded: conversions whose look-back reaches behind it and that have no touch are pre_history (default: the first event's)")
}

// dayValue is a flag that holds a day.
type dayValue time.Time

func (d *dayValue) String() string {
	if (*time.Time)(d).IsZero() {
		return ""
	}
	return (*time.Time)(d).Format(time.DateOnly)
}

func (d *dayValue) Type() string { return "day" }

func (d *dayValue) Set(text string) error {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return fmt.Errorf("%q: write a day, such as 2026-01-15", text)
	}
	*d = dayValue(at)
	return nil
}
