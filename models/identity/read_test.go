package identity

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadOptions(t *testing.T) {
	got, err := ReadOptions("identity.yaml", []byte(`
max_component: 7
email_equality: false
deny_emails: [team@acme.io, '@shared.example']
allow_emails: [info@tiny.example]
deny_ids: [demo-user]
same:
  - [user:42, user:43, email:Ann@Acme.io]
separate:
  - [user:1, user:2]
free_mail: [ISP.example]
company_mail: [gmail.com]
accounts: {acme: [001A, acme.io]}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Options{
		MaxComponent: 7, EmailsApart: true, DenyEmails: []string{"team@acme.io", "@shared.example"}, AllowEmails: []string{"info@tiny.example"},
		DenyIDs:  []string{"demo-user"},
		Same:     []Pair{{ID{User, "42"}, ID{User, "43"}}, {ID{User, "42"}, ID{Email, "ann@acme.io"}}},
		Separate: []Pair{{ID{User, "1"}, ID{User, "2"}}},
		FreeMail: []string{"isp.example"}, CompanyMail: []string{"gmail.com"}, Accounts: map[string]string{"001A": "acme", "acme.io": "acme"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	empty, err := ReadOptions("identity.yaml", []byte("# nothing yet\n"))
	if diff := cmp.Diff(Options{}, empty); err != nil || diff != "" {
		t.Errorf("an empty file: %v %s", err, diff)
	}
}

// TestReadOptionsNamesFaults: all at once, each with its line.
func TestReadOptionsNamesFaults(t *testing.T) {
	_, err := ReadOptions("identity.yaml", []byte(`max_component: -1
deny_emails: [team, '@']
allow_emails: ['@acme.io']
same:
  - [user:1]
  - [user:1, phone:2]
  - [user:5, user:6]
separate:
  - [user:6, user:5]
free_mail: ['not a domain']
accounts: {a: [x], b: [x, c], c: [y]}
`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"identity.yaml:1: -1 is no number", `identity.yaml:2: deny_emails: "team"`, `identity.yaml:2: deny_emails: "@"`, `identity.yaml:3: allow_emails: "@acme.io"`,
		"identity.yaml:5: same: 1 identifier", `identity.yaml:6: same: "phone:2"`, "identity.yaml:9: user:6 and user:5 are said to be the same",
		`identity.yaml:10: free_mail: "not a domain"`, `accounts: "x" is said to be "a" and "b"`, `accounts: "y" is "c", which is itself said to be "b"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if _, err := ReadOptions("identity.yaml", []byte("\n\nmaxcomponent: 7\n")); err == nil || !strings.HasPrefix(err.Error(), "identity.yaml:3: unknown field") {
		t.Errorf("an unknown key: %v", err)
	}
}

func FuzzReadOptions(f *testing.F) {
	f.Add("same:\n- !0000\n00") // the YAML library panics at this
	f.Add("same:\n  - [user:1, 'email:a@b.c']\naccounts: {a: [b]}\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ReadOptions("identity.yaml", []byte(text))
		if err != nil {
			return
		}
		if _, err := o.Hash(); err != nil {
			t.Error(err)
		}
		if _, err := Resolve(Rows([]Node{{User, "1", minute(1)}}), Rows[Edge](nil), o); err != nil {
			t.Error(err)
		}
	})
}
