package identity

import "strings"

// Reasons for which a person is no real prospect: the values of persons.junk_reason.
const (
	JunkDisposableEmail = "disposable_email"
	JunkOwnStaff        = "own_staff"
	JunkTest            = "test"
	JunkKeyboardMash    = "keyboard_mash"
	JunkBot             = "bot"      // a program: all that is known of them are pages that it read
	JunkInternal        = "internal" // one of us: the same, of pages that no prospect sees or with a browser of ours
)

// JunkRules say who is no real prospect.
type JunkRules struct {
	// OwnDomains are the company's own e-mail domains; subdomains count.
	OwnDomains []string
}

// Reason says why somebody is no real prospect, and "" for everybody else. Junk is marked, never deleted, so the rules
// may be plain; they prefer to miss some junk over calling a customer junk. The first that applies wins: own staff,
// disposable address, test, keyboard mash. Both arguments may be empty.
func (r JunkRules) Reason(email, name string) string {
	local, domain, ok := SplitEmail(email)
	if ok {
		for _, own := range r.OwnDomains {
			if domain == own || strings.HasSuffix(domain, "."+own) {
				return JunkOwnStaff
			}
		}
		if listed(disposable(), domain) {
			return JunkDisposableEmail
		}
	}
	name = strings.ToLower(strings.TrimSpace(name))
	if ok && isTest(local, domain) || isTestName(name) {
		return JunkTest
	}
	if ok && (mashed(local) || mashed(strings.SplitN(domain, ".", 2)[0])) || mashed(name) {
		return JunkKeyboardMash
	}
	return ""
}

// Names that RFC 2606 and RFC 6761 keep free of real addresses are not listed: simulated companies and documentation
// live on example.com and .example, and a whole trial would be junk.
var testDomains = map[string]bool{"test.com": true, "mailinator.test": true, "localhost.localdomain": true}

func isTest(local, domain string) bool {
	if testDomains[domain] || strings.HasSuffix(domain, ".test") || strings.HasSuffix(domain, ".invalid") {
		return true
	}
	base, _, _ := strings.Cut(local, "+")
	_, tag, tagged := strings.Cut(local, "+")
	return isTestName(base) || tagged && strings.HasPrefix(tag, "test")
}

func isTestName(name string) bool {
	word := strings.TrimRight(name, "0123456789")
	switch word {
	case "test", "tester", "testing", "test test", "test user", "testuser", "test account", "qa", "asdf test", "foo bar":
		return true
	default:
		return false
	}
}

var keyboardRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz"}

// mashed reports whether a word was typed by a hand that fell on the keyboard: a run of five neighbouring keys, one
// letter or one group of letters again and again, or a long word of one script's consonants only.
func mashed(word string) bool {
	letters := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, strings.ToLower(word))
	if len(letters) < 4 || len(letters) < len(word)/2 {
		return false
	}
	return keyboardRun(letters) || repeated(letters) || len(letters) >= 7 && !strings.ContainsAny(letters, "aeiouy")
}

func keyboardRun(letters string) bool {
	const long = 5
	if letters == "asdf" || letters == "qwer" || letters == "zxcv" {
		return true
	}
	for i := 0; i+long <= len(letters); i++ {
		for _, row := range keyboardRows {
			// "poiuy", "rewq…" are mash, but "qwerty" may be a brand: mashed names are only marked.
			if strings.Contains(row, letters[i:i+long]) {
				return true
			}
		}
	}
	return false
}

// repeated finds one to four letters that fill the word at least three times over, e.g. aaaa, asdasdasd.
func repeated(letters string) bool {
	for group := 1; group <= 4; group++ {
		times := len(letters) / group
		if times >= 3 && len(letters) >= 4 && strings.HasPrefix(strings.Repeat(letters[:group], times+1), letters) {
			return true
		}
	}
	return false
}
