package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

const private = `name: private
topics: [private]
fields:
  kind: "'track'"
  name: item.name
  user_id: item.user
  email: item.email
  url: item.url
  properties: item.properties
rest: item
personal_data:
  drop: [properties.phone, properties.people.name, "properties['odd key']", url.token, user_agent]
  hash: [email, user_id, properties.address, properties.people.email, url.email]
required: [email]
`

func salted(t testing.TB, text, with string) *Source {
	t.Helper()
	s, err := Parse("private.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	sources, err := Salted([]*Source{s}, []byte(with))
	if err != nil {
		t.Fatal(err)
	}
	return sources[0]
}

const salt = "a salt that is long enough"

// hashOf is HMAC-SHA256 as anybody else would compute it.
func hashOf(text string) string {
	h := hmac.New(sha256.New, []byte(salt))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func TestPersonalDataIsDroppedOrHashed(t *testing.T) {
	s := salted(t, private, salt)
	events, rejects := s.Try([]byte(`{"name":"n","user":"u-1","email":" Zo\u00eb@X.test ","url":"https://x.test/?a=1&email=zo%C3%AB%40x.test&token=t&utm_source=s#f","phone":"kept out",
		"properties":{"phone":"123","odd key":1,"address":{"street":"x"},"plan":"p\u00f6","n":null,
		"people":[{"name":"A","email":"a@x.test","role":"x"},{"name":"B","email":null},"nobody"]}}`), noon)
	if len(events) != 1 {
		t.Fatal(rejects)
	}
	e := events[0]
	want := map[string]string{
		"email": hashOf("zoë@x.test"), "user_id": hashOf("u-1"), "utm_source": "s",
		"url": "https://x.test/?a=1&email=" + hashOf("zoë@x.test") + "&utm_source=s#f",
	}
	for column, expected := range want {
		if e[column] != expected {
			t.Errorf("%s is %q, want %q", column, e[column], expected)
		}
	}
	expected := `{"address":"` + hashOf(`{"street":"x"}`) + `","plan":"p\u00f6","n":null,"people":[{"email":"` + hashOf("a@x.test") + `","role":"x"},{"email":null},"nobody"]}`
	if e["properties"] != expected {
		t.Errorf("properties %s\nwant %s", e["properties"], expected)
	}
	again, _ := s.Try([]byte(`{"name":"n","email":"zoë@x.TEST"}`), noon)
	if again[0]["email"] != e["email"] {
		t.Error("one address has two hashes")
	}
	other, _ := salted(t, private, salt+"!").Try([]byte(`{"name":"n","email":"zoë@x.test"}`), noon)
	if other[0]["email"] == e["email"] {
		t.Error("two salts give one hash")
	}
}

// TestWhatAColumnWasMadeFromIsProtectedToo: the properties hold the object around it, or the rest of the item.
func TestWhatAColumnWasMadeFromIsProtectedToo(t *testing.T) {
	s := salted(t, `name: origins
topics: [origins]
fields:
  kind: "'track'"
  user_id: item.user.ids[0]
  email: firstOf(item.user.email, item.properties.email, item.mail)
  properties: item.properties
rest: item
wrong_type: keep
personal_data: {hash: [email], drop: [user_id]}
`, salt)
	events, rejects := s.Try([]byte(`{"user":{"ids":["u-1"],"email":"a@x.test","name":"A"},"mail":"b@x.test","properties":{"email":"a@x.test","plan":"pro"}}`), noon)
	if len(events) != 1 {
		t.Fatal(rejects)
	}
	hash := hashOf("a@x.test")
	want := `{"email":"` + hash + `","plan":"pro","user":{"email":"` + hash + `","name":"A"}}`
	if e := events[0]; e["email"] != hash || e["user_id"] != "" || e["properties"] != want {
		t.Errorf("%v\nwant %s", e, want)
	}
	_, rejects = s.Try([]byte(`{"properties":["a@x.test"]}`), noon)
	if len(rejects) != 1 || rejects[0].Reason != ReasonWrongType {
		t.Errorf("%v: want properties that can't be searched refused", rejects)
	}
}

// An address that stands twice in a call of Segment's is readable nowhere.
func TestSegmentsContextIsProtectedToo(t *testing.T) {
	text, err := os.ReadFile("builtin/segment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	definition, _, _ := strings.Cut(string(text), "\nsamples:")
	s := salted(t, definition+"\npersonal_data: {hash: [email]}\n", salt)
	events, rejects := s.Try([]byte(`{"type":"identify","userId":"u","traits":{"email":"a@x.test"},"context":{"traits":{"email":"a@x.test","plan":"pro"}}}`), noon)
	if len(events) != 1 {
		t.Fatal(rejects)
	}
	hash := hashOf("a@x.test")
	want := `{"email":"` + hash + `","traits":{"email":"` + hash + `","plan":"pro"}}`
	if e := events[0]; e["email"] != hash || e["properties"] != want {
		t.Errorf("%v\nwant %s", e, want)
	}
}

func TestNoHashesWithoutSalt(t *testing.T) {
	s, err := Parse("private.yaml", []byte(private))
	if err != nil {
		t.Fatal(err)
	}
	for _, weak := range []string{"", "too short"} {
		if _, err := Salted([]*Source{s}, []byte(weak)); err == nil || !strings.Contains(err.Error(), "private") {
			t.Errorf("salt %q: got %v, want the source named", weak, err)
		}
	}
	events, rejects := s.Try([]byte(`{"email":"a@x.test"}`), noon)
	if len(events) != 0 || len(rejects) != 1 || rejects[0].Reason != ReasonNoSalt {
		t.Errorf("%v, %v: want it refused rather than stored as it is", events, rejects)
	}
	if _, err := Salted(builtins(t), nil); err != nil {
		t.Errorf("the built-in sources hash nothing: %v", err)
	}
}

// FuzzPersonalData: whatever the properties are, what is dropped is gone, what is hashed is not readable, all else is as
// it was, and the result is JSON.
func FuzzPersonalData(f *testing.F) {
	for _, properties := range []string{`{}`, `{"phone":1}`, ` { "a" : [ {"phone":"x"} ] , "phone" : {"b":2} , "address":"secret" } `, `{"people":[]}`, `{"people":{"name":"x"}}`,
		`{"phone":1,"phone":2}`, `{"people":[[{"name":"x"}]]}`, `{"address":[1,{"a":"\u0041"}]}`} {
		f.Add(properties)
	}
	s := salted(f, private, salt)
	f.Fuzz(func(t *testing.T, properties string) {
		events, _ := s.Try([]byte(`{"email":"a@x.test","properties":`+properties+`}`), noon)
		for _, e := range events {
			var before, after map[string]any
			if json.Unmarshal([]byte(properties), &before) != nil {
				return // the fuzzer has closed the object early and written members of its own
			}
			if err := json.Unmarshal([]byte(e["properties"]), &after); err != nil {
				t.Fatalf("%s: %v", e["properties"], err)
			}
			for name := range before {
				_, there := after[name]
				if dropped := name == "phone" || name == "odd key"; there == dropped {
					t.Fatalf("%q: there: %v\n%s", name, there, e["properties"])
				}
			}
			if hash, ok := after["address"].(string); before["address"] != nil && (!ok || len(hash) != 64) {
				t.Fatalf("address is %v", after["address"])
			}
		}
	})
}
