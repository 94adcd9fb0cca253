package path

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

//go:embed reports.yaml
var defaultReports []byte

// Reports are saved path and funnel reports. The batch computes them all.
type Reports struct {
	Paths   []Definition  `json:"paths"   yaml:"paths"`
	Funnels []SavedFunnel `json:"funnels" yaml:"funnels"`
}

// DefaultReports are those of reports.yaml in this package.
func DefaultReports() (*Reports, error) { return ParseReports(defaultReports) }

// ParseReports reads reports from YAML. Unknown fields and wrong types are errors with their line; faults of content are
// told all at once, each with its line.
func ParseReports(text []byte) (*Reports, error) {
	r := &Reports{}
	if err := yaml.UnmarshalWithOptions(text, r, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	faults := r.faults()
	if len(faults) == 0 {
		return r, nil
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	all := make([]error, len(faults))
	for i, f := range faults {
		all[i] = fmt.Errorf("read reports: line %d: %w", lineOf(func(at string) int {
			path, err := yaml.PathString("$." + at)
			if err != nil {
				return 0
			}
			node, err := path.FilterFile(file)
			if err != nil {
				return 0
			}
			return node.GetToken().Position.Line
		}, f.at), f)
	}
	return nil, errors.Join(all...)
}

// lineOf is the line of a place, or where it is not written down, of what would hold it.
func lineOf(find func(at string) int, at string) int {
	for at != "" {
		if line := find(at); line > 0 {
			return line
		}
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	return 1
}

// Hash is over the parsed content, so that comments and layout don't count.
func (r *Reports) Hash() (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("hash reports: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6]), nil
}

// PathOf is the saved path report of that name and unit; where there is only one of the name, of whatever unit.
func (r *Reports) PathOf(name, unit string) (Definition, error) {
	i, err := pick(r, "path report", name, unit, len(r.Paths), func(i int) (string, string) { return r.Paths[i].Name, cmp.Or(r.Paths[i].Unit, UnitPerson) })
	if err != nil {
		return Definition{}, err
	}
	return r.Paths[i], nil
}

// FunnelOf is the saved funnel of that name and unit; where there is only one of the name, of whatever unit.
func (r *Reports) FunnelOf(name, unit string) (SavedFunnel, error) {
	i, err := pick(r, "funnel", name, unit, len(r.Funnels), func(i int) (string, string) { return r.Funnels[i].Name, r.Funnels[i].UnitKind() })
	if err != nil {
		return SavedFunnel{}, err
	}
	return r.Funnels[i], nil
}

func pick(r *Reports, what, name, unit string, n int, of func(int) (name, unit string)) (int, error) {
	var found []int
	for i := range n {
		its, itsUnit := of(i)
		if its != name {
			continue
		}
		if found = append(found, i); itsUnit == unit {
			return i, nil
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return 0, fmt.Errorf("%s %q has several units, and none is %s", what, name, unit)
	}
	return 0, fmt.Errorf("no %s %q; there are %s", what, name, strings.Join(r.names(), ", "))
}

func (r *Reports) names() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, d := range r.Paths {
		add(d.Name)
	}
	for _, f := range r.Funnels {
		add(f.Name)
	}
	return names
}

func (r *Reports) faults() []fault {
	var all []fault
	taken := map[string]string{}
	below := func(at, name, unit string, faults []fault) {
		if name == "" {
			all = append(all, fault{at, errors.New("a report needs a name")})
		}
		if unit == "" {
			unit = UnitPerson
		}
		if other, twice := taken[name+"\x00"+unit]; twice {
			all = append(all, fault{at + ".name", fmt.Errorf("%q of unit %s is the name of %s too", name, unit, other)})
		}
		taken[name+"\x00"+unit] = at
		for _, f := range faults {
			all = append(all, fault{at + "." + f.at, f.err})
		}
	}
	for i, d := range r.Paths {
		below(fmt.Sprintf("paths[%d]", i), d.Name, d.Unit, d.faults())
	}
	for i, f := range r.Funnels {
		below(fmt.Sprintf("funnels[%d]", i), f.Name, f.Unit, f.faults())
	}
	return all
}
