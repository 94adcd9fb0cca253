package attribution

import (
	"fmt"
	"math"
)

// Columns are journeys as a column store holds them: the channels of all touches end to end, as numbers of a dictionary.
type Columns struct {
	Channels  []string // the dictionary
	Touches   []uint16 // of all journeys; index into Channels
	Ends      []int32  // of each journey in Touches: where the next one begins
	Converted []bool   // of each journey
}

// ChannelEffect is what a chain says of a channel.
type ChannelEffect struct {
	Channel       string
	RemovalEffect float64
	Conversions   float64 // in proportion to the removal effects
}

// MarkovOfColumns is Markov of order 1 straight from columns, without making a sample of them: one pass over the touches.
// Journeys without touches count for nothing. It is the same as Credit.RemovalEffects and Credit.Own of Markov.
func MarkovOfColumns(c Columns) ([]ChannelEffect, error) {
	channels := len(c.Channels)
	if len(c.Ends) != len(c.Converted) || channels > math.MaxUint16 {
		return nil, fmt.Errorf("markov of columns: %d journeys have %d outcomes, and there are %d channels", len(c.Ends), len(c.Converted), channels)
	}
	columns := channels + 3
	made := make([]uint32, (channels+1)*columns)
	from, conversions := int32(0), 0
	for j, until := range c.Ends {
		if until < from || int(until) > len(c.Touches) {
			return nil, fmt.Errorf("markov of columns: journey %d ends at touch %d of %d, before it begins or after all", j, until, len(c.Touches))
		}
		if until == from {
			continue
		}
		state := 0
		for _, id := range c.Touches[from:until] {
			if int(id) >= channels {
				return nil, fmt.Errorf("markov of columns: journey %d has channel %d of %d", j, id, channels)
			}
			made[state*columns+int(id)+1]++
			state = int(id) + 1
		}
		from = until
		if c.Converted[j] {
			made[state*columns+columns-2]++
			conversions++
		} else {
			made[state*columns+columns-1]++
		}
	}
	effects := make([]ChannelEffect, channels)
	for i, name := range c.Channels {
		effects[i].Channel = name
	}
	if conversions == 0 {
		return effects, nil
	}
	counts := make([]float64, len(made))
	for i, n := range made {
		counts[i] = float64(n)
	}
	chain, err := solveOrderOne(channels, counts)
	if err != nil {
		return nil, err
	}
	for i, credited := range chain.totals(float64(conversions)) {
		effects[i].RemovalEffect, effects[i].Conversions = chain.removal[i], credited
	}
	return effects, nil
}
