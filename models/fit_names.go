package models

import (
	"context"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// names are those that the models fitted to all journeys tell apart: the most frequent; the others go by one name
// together. Journeys and the ledger keep every name, so a fit to fewer of them is written for each path as it is.
type names struct {
	keep  map[string]bool // nil: all
	other string
	keys  map[uint64][]uint64 // of a path as it is fitted, those of the converted paths that it stands for
	seen  map[uint64]bool     // the latter
}

type nameCount struct {
	Name     string  `ch:"name"`
	Journeys float64 `ch:"journeys"`
}

func (r *run) names(ctx context.Context, params warehouse.Params) (*names, error) {
	var n names
	top := r.o.Credit.top()
	if top == 0 {
		return &n, nil
	}
	journeys := map[string]float64{}
	for row, err := range warehouse.Select[nameCount](ctx, r.db, "staging/credited_names.sql", params) {
		if err != nil {
			return nil, err
		}
		journeys[row.Name] = row.Journeys
	}
	if len(journeys) <= top+1 {
		return &n, nil
	}
	n.keep, n.other = attribution.Largest(journeys, top)
	n.keys, n.seen = map[uint64][]uint64{}, map[uint64]bool{}
	return &n, nil
}

// of is what a name goes by.
func (n *names) of(name string) string {
	if n.keep == nil || n.keep[name] {
		return name
	}
	return n.other
}

// path replaces the names of a path, and remembers which one it was if it converted.
func (n *names) path(path []string, converted bool) {
	if n.keep == nil {
		return
	}
	key := attribution.PathKey(path)
	for i, name := range path {
		path[i] = n.of(name)
	}
	if converted && !n.seen[key] {
		n.seen[key] = true
		fitted := attribution.PathKey(path)
		n.keys[fitted] = append(n.keys[fitted], key)
	}
}

// pathKey is the key of a converted path, and the path of a sample that stands for it.
type pathKey struct {
	path int
	key  uint64
}

// keysOf are the keys of the paths that the converted paths of a sample stand for.
func (n *names) keysOf(s *attribution.Sample) []pathKey {
	var keys []pathKey
	for path, channels := range s.Credited() {
		key := attribution.PathKey(channels)
		if n.keep == nil {
			keys = append(keys, pathKey{path, key})
			continue
		}
		for _, original := range n.keys[key] {
			keys = append(keys, pathKey{path, original})
		}
	}
	return keys
}
