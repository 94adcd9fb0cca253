package dashboards

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Bind returns a panel's SQL with the same meaning as Expand, but with every value of the scope as a {name:Type} parameter
// beside it: what a reader typed never becomes part of a statement. Params holds strings and int64s by name.
//
// Grafana can't do this, which is why Expand exists; whoever shows panels to others than Grafana should use Bind. Values may
// hold anything, backslashes too.
func (s Scope) Bind(sql string) (bound string, params map[string]any, err error) {
	if s.To.Before(s.From) {
		return "", nil, fmt.Errorf("bind SQL: the period ends at %s, before it starts at %s", s.To.Format(time.RFC3339), s.From.Format(time.RFC3339))
	}
	values := map[string]any{
		"period_from": s.From.Unix(), "period_to": s.To.Unix(),
		"period_from_ms": s.From.UnixMilli(), "period_to_ms": s.To.UnixMilli(), "period_step": s.step(),
	}
	bound, err = expand(sql, moments{
		from: "{period_from:Int64}", to: "{period_to:Int64}", fromMilli: "{period_from_ms:Int64}", toMilli: "{period_to_ms:Int64}",
		step: "{period_step:Int64}",
	}, func(name string) (string, error) { return s.references(name, values) })
	if err != nil {
		return "", nil, err
	}
	params = map[string]any{}
	for name, value := range values {
		if strings.Contains(bound, "{"+name+":") {
			params[name] = value
		}
	}
	return bound, params, nil
}

// references are the parameters that stand for a variable's values, joined by commas; the values go into params.
func (s Scope) references(name string, params map[string]any) (string, error) {
	values := s.Variables[name]
	if len(values) == 0 {
		return "", errors.New("has no value")
	}
	all := make([]string, len(values))
	for i, v := range values {
		parameter := fmt.Sprintf("%s_%d", name, i+1)
		params[parameter] = v
		all[i] = "{" + parameter + ":String}"
	}
	return strings.Join(all, ","), nil
}
