package dashboards

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Scope is what a panel's SQL depends on besides the data: the dashboard's period, the width of a step of a time series,
// and the values chosen for its variables.
type Scope struct {
	From, To  time.Time           // of the time picker, both included
	Interval  time.Duration       // step of time series; below a second it counts as a second, as in the plugin
	Variables map[string][]string // values by name; a variable with one value is a list of one
}

// Expand returns the statement that Grafana and its ClickHouse datasource would send for a panel's SQL, so that whoever runs
// it elsewhere sees the same numbers. It knows the plugin's macros and of the variable formats only ${name:sqlstring}, the
// one that keeps a value a string; all else is an error, since Grafana would pass it on as it stands or splice it in raw:
//
//   - a macro the plugin doesn't have, or one inside another's arguments, which some versions leave unexpanded;
//   - a variable that the scope lacks, has no value, or is written without :sqlstring;
//   - a value with a backslash, which sqlstring doesn't escape though ClickHouse reads it as an escape.
//
// Source of the expansions: pkg/macros of grafana/clickhouse-datasource; of sqlstring: Grafana's variable formats.
func (s Scope) Expand(sql string) (string, error) {
	if s.To.Before(s.From) {
		return "", fmt.Errorf("expand SQL: the period ends at %s, before it starts at %s", s.To.Format(time.RFC3339), s.From.Format(time.RFC3339))
	}
	return expand(sql, moments{
		from: fmt.Sprint(s.From.Unix()), to: fmt.Sprint(s.To.Unix()),
		fromMilli: fmt.Sprint(s.From.UnixMilli()), toMilli: fmt.Sprint(s.To.UnixMilli()), step: fmt.Sprint(s.step()),
	}, func(name string) (string, error) { return sqlStrings(s.Variables[name]) })
}

// expand replaces variables by what list makes of their names, then macros.
func expand(sql string, m moments, list func(name string) (string, error)) (string, error) {
	// Variables come first, as in Grafana, whose front end replaces them before the plugin sees the SQL. The names of
	// macros look like variables to the pattern and are left alone.
	sql, err := variables(sql, list)
	if err != nil {
		return "", fmt.Errorf("expand SQL: %w", err)
	}
	if sql, err = m.macros(sql); err != nil {
		return "", fmt.Errorf("expand SQL: %w", err)
	}
	return sql, nil
}

var (
	reference = regexp.MustCompile(`\$\{[^}]*\}?|\[\[[^\]]*\]\]|\$\w+`)
	quoted    = regexp.MustCompile(`^\$\{(\w+):sqlstring\}$`)
	macroName = regexp.MustCompile(`\$__\w+`)
)

func variables(sql string, list func(name string) (string, error)) (string, error) {
	var faults []error
	sql = reference.ReplaceAllStringFunc(sql, func(found string) string {
		if strings.HasPrefix(found, "$__") {
			return found
		}
		name := quoted.FindStringSubmatch(found)
		if name == nil {
			faults = append(faults, fmt.Errorf("%s: write variables as ${name:sqlstring}", found))
			return found
		}
		values, err := list(name[1])
		if err != nil {
			faults = append(faults, fmt.Errorf("variable %s: %w", name[1], err))
		}
		return values
	})
	return sql, errors.Join(faults...)
}

// sqlStrings is Grafana's format sqlstring: each value in single quotes, quotes doubled, joined by commas.
func sqlStrings(values []string) (string, error) {
	if len(values) == 0 {
		return "", errors.New("has no value")
	}
	literals := make([]string, len(values))
	for i, v := range values {
		if strings.Contains(v, `\`) {
			return "", fmt.Errorf("value %q holds a backslash, which Grafana passes on unescaped", v)
		}
		literals[i] = "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return strings.Join(literals, ","), nil
}

// moments are the SQL of the period's ends, in seconds and milliseconds since 1970, and of a step in seconds.
type moments struct{ from, to, fromMilli, toMilli, step string }

func (m moments) fromTime() string { return "toDateTime(" + m.from + ")" }

func (m moments) toTime() string { return "toDateTime(" + m.to + ")" }

func (m moments) fromTimeMilli() string { return "fromUnixTimestamp64Milli(" + m.fromMilli + ")" }

func (m moments) toTimeMilli() string { return "fromUnixTimestamp64Milli(" + m.toMilli + ")" }

// macro is an expansion and how many arguments it takes.
type macro struct {
	arguments int
	expand    func(m moments, a []string) string
}

var macros = map[string]macro{
	"$__fromTime":    {0, func(m moments, _ []string) string { return m.fromTime() }},
	"$__toTime":      {0, func(m moments, _ []string) string { return m.toTime() }},
	"$__fromTime_ms": {0, func(m moments, _ []string) string { return m.fromTimeMilli() }},
	"$__toTime_ms":   {0, func(m moments, _ []string) string { return m.toTimeMilli() }},
	"$__interval_s":  {0, func(m moments, _ []string) string { return m.step }},
	"$__timeFilter": {1, func(m moments, a []string) string {
		return a[0] + " >= " + m.fromTime() + " AND " + a[0] + " <= " + m.toTime()
	}},
	"$__timeFilter_ms": {1, func(m moments, a []string) string {
		return a[0] + " >= " + m.fromTimeMilli() + " AND " + a[0] + " <= " + m.toTimeMilli()
	}},
	"$__timeInterval": {1, func(m moments, a []string) string {
		return "toStartOfInterval(toDateTime(" + a[0] + "), INTERVAL " + m.step + " second)"
	}},
}

func (s Scope) step() int64 { return max(int64(s.Interval/time.Second), 1) }

func (m moments) macros(sql string) (string, error) {
	var out strings.Builder
	for {
		at := macroName.FindStringIndex(sql)
		if at == nil {
			out.WriteString(sql)
			return out.String(), nil
		}
		name := sql[at[0]:at[1]]
		known, ok := macros[name]
		if !ok {
			return "", fmt.Errorf("%s is no macro of the ClickHouse datasource (known: %s)", name, strings.Join(sortedKeys(macros), ", "))
		}
		arguments, length, err := splitArguments(sql[at[1]:])
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if len(arguments) != known.arguments {
			return "", fmt.Errorf("%s takes %d arguments, has %d", name, known.arguments, len(arguments))
		}
		out.WriteString(sql[:at[0]] + known.expand(m, arguments))
		sql = sql[at[1]+length:]
	}
}

// splitArguments reads "(a, f(b, c))" at the start of text: the arguments and how many bytes they take, brackets included.
// Without a bracket there are none.
func splitArguments(text string) (arguments []string, length int, err error) {
	if !strings.HasPrefix(text, "(") {
		return nil, 0, nil
	}
	depth, start := 0, 1
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 || depth == 1 && c == ',' {
			if argument := strings.TrimSpace(text[start:i]); argument != "" {
				arguments = append(arguments, argument)
			}
			start = i + 1
		}
		if depth == 0 {
			if inner := macroName.FindString(text[:i]); inner != "" {
				return nil, 0, fmt.Errorf("%s inside the arguments: the plugin may leave it unexpanded", inner)
			}
			return arguments, i + 1, nil
		}
	}
	return nil, 0, errors.New("closing bracket is missing")
}
