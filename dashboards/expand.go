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
	// Variables come first, as in Grafana, whose front end replaces them before the plugin sees the SQL. The names of
	// macros look like variables to the pattern and are left alone.
	sql, err := s.variables(sql)
	if err != nil {
		return "", fmt.Errorf("expand SQL: %w", err)
	}
	if sql, err = s.macros(sql); err != nil {
		return "", fmt.Errorf("expand SQL: %w", err)
	}
	return sql, nil
}

var (
	reference = regexp.MustCompile(`\$\{[^}]*\}?|\[\[[^\]]*\]\]|\$\w+`)
	quoted    = regexp.MustCompile(`^\$\{(\w+):sqlstring\}$`)
	macroName = regexp.MustCompile(`\$__\w+`)
)

func (s Scope) variables(sql string) (string, error) {
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
		list, err := sqlStrings(s.Variables[name[1]])
		if err != nil {
			faults = append(faults, fmt.Errorf("variable %s: %w", name[1], err))
		}
		return list
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

// macro is an expansion and how many arguments it takes.
type macro struct {
	arguments int
	expand    func(s Scope, a []string) string
}

var macros = map[string]macro{
	"$__fromTime":    {0, func(s Scope, _ []string) string { return atSecond(s.From) }},
	"$__toTime":      {0, func(s Scope, _ []string) string { return atSecond(s.To) }},
	"$__fromTime_ms": {0, func(s Scope, _ []string) string { return atMilli(s.From) }},
	"$__toTime_ms":   {0, func(s Scope, _ []string) string { return atMilli(s.To) }},
	"$__interval_s":  {0, func(s Scope, _ []string) string { return fmt.Sprint(s.step()) }},
	"$__timeFilter": {1, func(s Scope, a []string) string {
		return a[0] + " >= " + atSecond(s.From) + " AND " + a[0] + " <= " + atSecond(s.To)
	}},
	"$__timeFilter_ms": {1, func(s Scope, a []string) string {
		return a[0] + " >= " + atMilli(s.From) + " AND " + a[0] + " <= " + atMilli(s.To)
	}},
	"$__timeInterval": {1, func(s Scope, a []string) string {
		return fmt.Sprintf("toStartOfInterval(toDateTime(%s), INTERVAL %d second)", a[0], s.step())
	}},
}

func atSecond(t time.Time) string { return fmt.Sprintf("toDateTime(%d)", t.Unix()) }

func atMilli(t time.Time) string { return fmt.Sprintf("fromUnixTimestamp64Milli(%d)", t.UnixMilli()) }

func (s Scope) step() int64 { return max(int64(s.Interval/time.Second), 1) }

func (s Scope) macros(sql string) (string, error) {
	var out strings.Builder
	for {
		at := macroName.FindStringIndex(sql)
		if at == nil {
			out.WriteString(sql)
			return out.String(), nil
		}
		name := sql[at[0]:at[1]]
		m, known := macros[name]
		if !known {
			return "", fmt.Errorf("%s is no macro of the ClickHouse datasource (known: %s)", name, strings.Join(sortedKeys(macros), ", "))
		}
		arguments, length, err := splitArguments(sql[at[1]:])
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		if len(arguments) != m.arguments {
			return "", fmt.Errorf("%s takes %d arguments, has %d", name, m.arguments, len(arguments))
		}
		out.WriteString(sql[:at[0]] + m.expand(s, arguments))
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
