package source

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const eachText = `name: many
topics: [many]
each: item.ids
fields:
  kind: "'stage'"
  name: item.name
  event_id: joined('-', item.tx, element)
  user_id: element
rest: item
ignore: [item.ids]
`

// TestEachElementIsAnEvent: of its own id, with the same content; an absent array makes one event, anything else is refused.
func TestEachElementIsAnEvent(t *testing.T) {
	s, err := Parse("f.yaml", []byte(eachText))
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string][]string{
		`{"name":"x","tx":"t","ids":["a","b\u00e9",7]}`: {`t-a a {"element":"a"}`, `t-bé bé {"element":"bé"}`, `t-7 7 {"element":"7"}`},
		`{"name":"x","tx":"t","ids":["a"]}`:             {"t-a a {}"},
		`{"name":"x","tx":"t","ids":[]}`:                {"t  {}"},
		`{"name":"x","tx":"t"}`:                         {"t  {}"},
		`[{"name":"x","tx":"t","ids":["a","b"]},{"name":"x","tx":"u"}]`: {
			`t-a a {"element":"a"}`, `t-b b {"element":"b"}`, "u  {}"},
		`{"name":"x","tx":"t","ids":"a"}`: {"wrong_type"},
	} {
		var out collector
		s.NewMapper().Map(Record{Value: []byte(message), Time: noon.UnixMilli()}, &out)
		var got []string
		for _, e := range out.events {
			got = append(got, fmt.Sprintf("%v %v %v", e["event_id"], e["user_id"], e["properties"]))
		}
		for _, r := range out.rejects {
			got = append(got, r.Reason)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", message, diff)
		}
	}
}
