package touch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/yamlfile"
)

// ruleSpec is a rule as written; its conditions must all hold.
type ruleSpec struct {
	Channel       string `yaml:"channel"`
	ConditionSpec `yaml:",inline"`
}

// ConditionSpec is a condition as written: all of its parts must hold, and one of Any where there are some. It is exported
// only because the YAML library fills no unexported embedded struct.
type ConditionSpec struct {
	All            []ConditionSpec `yaml:"all"`
	Any            []ConditionSpec `yaml:"any"`
	Source         *matcherSpec    `yaml:"source"`
	Medium         *matcherSpec    `yaml:"medium"`
	Campaign       *matcherSpec    `yaml:"campaign"`
	Kind           *matcherSpec    `yaml:"kind"`
	LandingPage    *matcherSpec    `yaml:"landing_page"`
	ReferrerHost   *matcherSpec    `yaml:"referrer_host"`
	SourceCategory string          `yaml:"source_category"`
}

type matcherSpec struct {
	Is       yamlfile.Words `yaml:"is"`
	Contains string         `yaml:"contains"`
	EndsWith string         `yaml:"ends_with"`
	Matches  string         `yaml:"matches"`
}

type rule struct {
	channel string
	when    condition
}

// facts are an input in lower case with its category.
type facts struct {
	Input
	category string
}

// condition holds when all its parts do and, if it has alternatives, one of them.
type condition struct {
	tests        []func(facts) bool
	parts        []condition
	alternatives []condition
}

func (c condition) holds(f facts) bool {
	for _, test := range c.tests {
		if !test(f) {
			return false
		}
	}
	for _, part := range c.parts {
		if !part.holds(f) {
			return false
		}
	}
	return len(c.alternatives) == 0 || slices.ContainsFunc(c.alternatives, func(a condition) bool { return a.holds(f) })
}

func (s ruleSpec) compile() (rule, error) {
	when, err := s.ConditionSpec.compile()
	if s.Channel == "" {
		err = errors.Join(err, errors.New("has no channel"))
	}
	return rule{s.Channel, when}, err
}

func (s ConditionSpec) compile() (condition, error) {
	var c condition
	var faults []error
	field := func(spec *matcherSpec, name string, read func(facts) string) {
		if spec == nil {
			return
		}
		match, err := spec.compile()
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
			return
		}
		c.tests = append(c.tests, func(f facts) bool { return match(read(f)) })
	}
	field(s.Source, "source", func(f facts) string { return f.Source })
	field(s.Medium, "medium", func(f facts) string { return f.Medium })
	field(s.Campaign, "campaign", func(f facts) string { return f.Campaign })
	field(s.Kind, "kind", func(f facts) string { return f.Kind })
	field(s.LandingPage, "landing_page", func(f facts) string { return f.LandingPage })
	field(s.ReferrerHost, "referrer_host", func(f facts) string { return f.ReferrerHost })
	if s.SourceCategory != "" {
		c.tests = append(c.tests, func(f facts) bool { return f.category == s.SourceCategory })
	}
	c.parts, faults = compileAll(s.All, faults)
	c.alternatives, faults = compileAll(s.Any, faults)
	return c, errors.Join(faults...)
}

func compileAll(specs []ConditionSpec, faults []error) ([]condition, []error) {
	var out []condition
	for _, spec := range specs {
		c, err := spec.compile()
		if err != nil {
			faults = append(faults, err)
		}
		out = append(out, c)
	}
	return out, faults
}

func (s matcherSpec) compile() (func(string) bool, error) {
	var tests []func(string) bool
	if len(s.Is) > 0 {
		values := map[string]bool{}
		for _, v := range s.Is {
			values[strings.ToLower(v)] = true
		}
		tests = append(tests, func(text string) bool { return values[text] })
	}
	if s.Contains != "" {
		part := strings.ToLower(s.Contains)
		tests = append(tests, func(text string) bool { return strings.Contains(text, part) })
	}
	if s.EndsWith != "" {
		end := strings.ToLower(s.EndsWith)
		tests = append(tests, func(text string) bool { return strings.HasSuffix(text, end) })
	}
	if s.Matches != "" {
		expression, err := regexp.Compile("(?i)" + s.Matches)
		if err != nil {
			return nil, fmt.Errorf("compile expression: %w", err)
		}
		tests = append(tests, expression.MatchString)
	}
	if len(tests) != 1 {
		return nil, errors.New("needs exactly one of is, contains, ends_with and matches")
	}
	return tests[0], nil
}
