package dashboards_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/dashboards"
	"github.com/funnelcloud/funnelcloud/dashboards/internal/fixture"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// What is bound says the same as what Grafana would send, panel by panel.
func TestBoundPanelsSayWhatExpandedOnesSay(t *testing.T) {
	_, scope := loaded(t)
	panels, err := dashboards.Panels()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range panels {
		for _, q := range p.Queries {
			if strings.Contains(q.SQL, "now(") || strings.Contains(q.SQL, "now64(") {
				continue // the answer changes from one second to the next
			}
			expanded, err := scope.Expand(q.SQL)
			if err != nil {
				t.Fatal(err)
			}
			_, want, err := fixture.Shared(t).TableText(t.Context(), expanded, nil)
			if err != nil {
				t.Fatal(err)
			}
			bound, params, err := scope.Bind(q.SQL)
			if err != nil {
				t.Fatal(err)
			}
			_, got, err := fixture.Shared(t).TableText(t.Context(), bound, params)
			if err != nil {
				t.Errorf("%s, panel %d %q: %v", p.Dashboard, p.ID, p.Title, err)
				continue
			}
			if diff := cmp.Diff(printed(want), printed(got)); diff != "" {
				t.Errorf("%s, panel %d %q: expanded (-), bound (+):\n%s", p.Dashboard, p.ID, p.Title, diff)
			}
		}
	}
}

// Nothing of a value is in the statement, whatever it holds, and it arrives as it was.
func TestBoundValuesStayBesideTheStatement(t *testing.T) {
	loaded(t)
	for _, value := range []string{`'; DROP TABLE events; --`, `back\slash\'`, "tab\tline\nend\r", "שלום 🚀 {x:String} ${model:sqlstring} $__fromTime", ""} {
		scope := dashboards.Scope{From: fixture.Start, To: fixture.End, Variables: map[string][]string{"x": {value, "second"}}}
		sql, params, err := scope.Bind("SELECT array(${x:sqlstring})[1], ${x:sqlstring}, $__fromTime")
		if err != nil {
			t.Fatal(err)
		}
		if want := "SELECT array({x_1:String},{x_2:String})[1], {x_1:String},{x_2:String}, toDateTime({period_from:Int64})"; sql != want {
			t.Errorf("bound SQL is %s, want %s", sql, want)
		}
		_, rows, err := fixture.Shared(t).TableText(t.Context(), sql, warehouse.Params(params))
		if err != nil {
			t.Fatal(err)
		}
		if rows[0][0] != value || rows[0][1] != value || rows[0][2] != "second" {
			t.Errorf("%q came back as %q", value, rows[0])
		}
	}
}

func TestBindRefusesWhatExpandRefuses(t *testing.T) {
	scope := dashboards.Scope{From: fixture.Start, To: fixture.End, Variables: map[string][]string{"x": {"a"}}}
	for _, sql := range []string{"SELECT ${y:sqlstring}", "SELECT ${x}", "SELECT $__unknown", "SELECT $__timeFilter(a"} {
		if bound, _, err := scope.Bind(sql); err == nil {
			t.Errorf("%s became %s, want an error", sql, bound)
		}
	}
	scope.To = fixture.Start.Add(-1)
	if _, _, err := scope.Bind("SELECT 1"); err == nil {
		t.Error("a period that ends before it starts is bound")
	}
}

// printed are the values as text: the driver gives NULLs as pointers, and NaN equals nothing.
func printed(rows [][]any) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, v := range row {
			if r := reflect.ValueOf(v); r.Kind() == reflect.Pointer && !r.IsNil() {
				v = r.Elem().Interface()
			}
			all[i] = append(all[i], fmt.Sprint(v))
		}
	}
	return all
}
