package attribution

import (
	"slices"
	"sync"
)

// ChannelEffect is what a chain says of a channel.
type ChannelEffect struct {
	Channel       string
	RemovalEffect float64
	Conversions   float64 // in proportion to the removal effects
}

// MarkovOfColumns is Markov of order 1 straight from columns, without making a sample of them: one pass over the touches.
// Rows without touches count for nothing. It is the same as Credit.RemovalEffects and Credit.Own of Markov.
func MarkovOfColumns(pieces ...Columns) ([]ChannelEffect, error) {
	t, err := newTable(pieces)
	if err != nil {
		return nil, err
	}
	chain, own, err := t.solve()
	if err != nil {
		return nil, err
	}
	effects := make([]ChannelEffect, len(t.names))
	for i, name := range t.names {
		effects[i] = ChannelEffect{name, chain.removal[i], own[i]}
	}
	return effects, nil
}

// CreditOfColumns is the credit of Markov of order 1 for a sample of these rows, without weights of paths: what the channels
// get is fitted to the sets of channels alone. It takes a small part of the time that NewSampleOfColumns does.
func CreditOfColumns(pieces ...Columns) (Credit, error) {
	t, err := newTable(pieces)
	if err != nil {
		return Credit{}, err
	}
	var converted convertedSets
	var other sync.WaitGroup
	other.Go(func() { converted = t.convertedSets() })
	chain, own, err := t.solve()
	other.Wait()
	if err != nil {
		return Credit{}, err
	}
	c := Credit{Channels: t.names, Own: own, RemovalEffects: chain.removal, Values: make([]float64, len(t.names))}
	totals := payable(own, total(converted.conv))
	factors := slices.Clone(totals)
	c.Conversions = proportionalFit(converted.sets, converted.conv, totals, factors, fittingRounds, fittingTolerance)
	c.Residual = distance(c.Conversions, own)
	creditSets(converted.sets, converted.value, factors, c.Values)
	for i := range c.Values {
		c.Values[i] /= valueUnit
	}
	return c, nil
}

// solve fits the chain and gives each channel its conversions.
func (t *table) solve() (chain fittedChain, own []float64, err error) {
	counts, conversions := t.transitions()
	if conversions == 0 {
		return fittedChain{removal: make([]float64, len(t.names))}, make([]float64, len(t.names)), nil
	}
	if chain, err = solveOrderOne(len(t.names), counts); err != nil {
		return chain, nil, err
	}
	return chain, chain.totals(conversions), nil
}

// mostMatrices is how many channels there may be for each piece to count in a matrix of its own: beyond, the matrices would
// take more memory than the journeys.
const mostMatrices = 256

// transitions counts as the function of that name does.
func (t *table) transitions() (counts []float64, conversions float64) {
	size := (len(t.names) + 1) * (len(t.names) + 3)
	counts = make([]float64, size)
	if len(t.names) > mostMatrices {
		for i := range t.pieces {
			conversions += t.pieces[i].count(len(t.names), counts)
		}
		return counts, conversions
	}
	matrices, converted := make([][]float64, len(t.pieces)), make([]float64, len(t.pieces))
	sideBySide(len(t.pieces), func(i int) {
		matrices[i] = make([]float64, size)
		converted[i] = t.pieces[i].count(len(t.names), matrices[i])
	})
	for _, matrix := range matrices {
		for i, n := range matrix {
			counts[i] += n
		}
	}
	return counts, total(converted)
}

// count adds the transitions of the rows to counts and returns their conversions.
func (p *piece) count(channels int, counts []float64) (conversions float64) {
	columns := channels + 3
	for j := range p.Ends {
		path := p.row(j)
		conv, null := p.Counts(j)
		if len(path) == 0 || conv+null == 0 {
			continue
		}
		row := 0
		for _, id := range path {
			to := int(p.rank[id]) + 1
			counts[row+to] += conv + null
			row = to * columns
		}
		counts[row+columns-2] += conv
		counts[row+columns-1] += null
		conversions += conv
	}
	return conversions
}
