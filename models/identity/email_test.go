package identity

import (
	"strings"
	"testing"
)

func TestAccountDomain(t *testing.T) {
	for email, want := range map[string]string{
		"Ann@Acme.IO": "acme.io", " ann@acme.io ": "acme.io", "ann@gmail.com": "", "ann@mail.yahoo.co.uk": "", "ann@yopmail.com": "",
		"ann@sub.acme.co.uk": "sub.acme.co.uk", "": "", "acme.io": "", "@acme.io": "", "ann@": "", "ann@acme": "", "a b@acme.io": "",
		"ann@-acme.io": "", "ann@acme..io": "", "a@b@acme.io": "", "ann@127.0.0.1": "", "ann@müller.de": "müller.de",
		".ann@acme.io": "", "ann@acme_1.io": "",
	} {
		if got := (Options{}).AccountDomain(email); got != want {
			t.Errorf("Options{}.AccountDomain(%q) = %q, want %q", email, got, want)
		}
	}
}

func TestAccountDomainByOptions(t *testing.T) {
	o := Options{FreeMail: []string{"isp.example"}, CompanyMail: []string{"gmail.com"}, Accounts: map[string]string{"001A": "acme", "acme.io": "acme"}}
	for email, want := range map[string]string{"a@isp.example": "", "a@x.isp.example": "", "a@gmail.com": "gmail.com", "a@yahoo.com": "", "a@acme.io": "acme.io"} {
		if got := o.AccountDomain(email); got != want {
			t.Errorf("AccountDomain(%q) = %q, want %q", email, got, want)
		}
	}
	if got := o.Account("001A") + " " + o.Account("acme") + " " + o.Account(""); got != "acme acme " {
		t.Errorf("accounts: %q", got)
	}
}

func TestJunkReason(t *testing.T) {
	rules := JunkRules{OwnDomains: []string{"funnel.example"}}
	for _, c := range []struct{ email, name, want string }{
		{"ann@acme.io", "Ann Lee", ""},
		{"ann@funnel.example", "", JunkOwnStaff},
		{"ann@eu.funnel.example", "", JunkOwnStaff},
		{"ann@notfunnel.example", "", ""},
		{"x@yopmail.com", "", JunkDisposableEmail},
		{"x@alias.mailinator.com", "", JunkDisposableEmail},
		{"test@acme.io", "", JunkTest},
		{"test12@acme.io", "", JunkTest},
		{"ann+test3@acme.io", "", JunkTest},
		{"ann@acme.io", "Test User", JunkTest},
		{"ann@acme.test", "", JunkTest},
		{"contest@acme.io", "Ernest", ""},
		{"asdf@acme.io", "", JunkKeyboardMash},
		{"ann@asdfgh.com", "", JunkKeyboardMash},
		{"ann@acme.io", "asdasdasd", JunkKeyboardMash},
		{"xkcdvbnm@acme.io", "", JunkKeyboardMash},
		{"aaaa@acme.io", "", JunkKeyboardMash},
		{"schmidt@acme.io", "Krzysztof Brzęczyszczykiewicz", ""},
		{"barbara@anna.io", "Nana", ""},
		{"a1b2c3@acme.io", "", ""},
		{"", "", ""},
	} {
		if got := rules.Reason(c.email, c.name); got != c.want {
			t.Errorf("Reason(%q, %q) = %q, want %q", c.email, c.name, got, c.want)
		}
	}
	if got := (JunkRules{}).Reason("ann@funnel.example", ""); got != "" {
		t.Errorf("without own domains: %q", got)
	}
}

func FuzzSplitEmail(f *testing.F) {
	for _, seed := range []string{"ann@acme.io", "a@b@c.de", "@", "ann@[127.0.0.1]", "\"a b\"@c.de", "é@ü.de", "ann@acme.io\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, email string) {
		local, domain, ok := SplitEmail(email)
		if !ok {
			if (Options{}).AccountDomain(email) != "" {
				t.Errorf("no address, yet an account domain: %q", email)
			}
			return
		}
		if local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(local+domain, "@ \n\t") {
			t.Errorf("SplitEmail(%q) = %q, %q", email, local, domain)
		}
		again, sameDomain, ok := SplitEmail(local + "@" + domain)
		if !ok || again != local || sameDomain != domain {
			t.Errorf("%q is not stable: %q, %q, then %q, %q, %v", email, local, domain, again, sameDomain, ok)
		}
		JunkRules{}.Reason(email, local)
	})
}
