package touch

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDefaultChannelGroup has at least one case for each channel of Google's published list, and the traps between them.
func TestDefaultChannelGroup(t *testing.T) {
	rules := mustRules(t)
	for _, c := range []struct{ source, medium, campaign, want string }{
		{"(direct)", "(none)", "", "Direct"},
		{"(direct)", "(not set)", "", "Direct"},
		{"google", "cpc", "summer cross-network", "Cross-network"},
		{"amazon", "cpc", "", "Paid Shopping"},
		{"newsletter", "ppc", "spring-shopping", "Paid Shopping"},
		{"google", "cpc", "workshop", "Paid Search"},    // "shop" after a letter is another word,
		{"google", "cpc", "our-eshop", "Paid Shopping"}, // unless that letter is an e
		{"google", "cpc", "", "Paid Search"},
		{"BING", "CPC", "", "Paid Search"},
		{"google", "retargeting", "", "Paid Search"},
		{"linkedin", "paid_social", "", "Paid Social"},
		{"facebook.com", "cpm", "", "Paid Social"}, // cpm matches ^(.*cp.*|…)$, and social is asked before display
		{"youtube", "paid-video", "", "Paid Video"},
		{"news.example", "cpm", "", "Display"},
		{"news.example", "banner", "", "Display"},
		{"news.example", "paid", "", "Paid Other"},
		{"etsy.com", "referral", "", "Organic Shopping"},
		{"t.co", "referral", "", "Organic Social"},
		{"news.example", "social network", "", "Organic Social"},
		{"facebook", "email", "", "Organic Social"}, // the source decides before the medium is asked
		{"vimeo.com", "referral", "", "Organic Video"},
		{"news.example", "explainer-video", "", "Organic Video"},
		{"duckduckgo.com", "referral", "", "Organic Search"},
		{"anything", "organic", "", "Organic Search"},
		{"blog.example", "referral", "", "Referral"},
		{"blog.example", "app", "", "Referral"},
		{"mailchimp", "email", "", "Email"},
		{"e-mail", "", "", "Email"},
		{"dealhub", "affiliate", "", "Affiliates"},
		{"spotify", "audio", "", "Audio"},
		{"sms", "text", "", "SMS"},
		{"onesignal", "web-push", "", "Mobile Push Notifications"},
		{"firebase", "", "", "Mobile Push Notifications"},
		{"chatgpt.com", "ai-assistant", "", "AI Assistant"},
		{"partner", "pdf", "", "Unassigned"},
		{"", "", "", "Unassigned"},
	} {
		if got := rules.Channel(Input{Source: c.source, Medium: c.medium, Campaign: c.campaign}); got != c.want {
			t.Errorf("%s / %s / %s: %s, want %s", c.source, c.medium, c.campaign, got, c.want)
		}
	}
}

// TestFromSession resolves where visits came from.
func TestFromSession(t *testing.T) {
	rules := mustRules(t).WithOwnDomains("acme.dev")
	const site = "https://www.acme.example/pricing?x=1"
	for _, c := range []struct {
		name    string
		session Session
		want    string // source / medium / channel
	}{
		{"typed", Session{URL: site}, "(direct)/(none)/Direct"},
		{"own subdomain", Session{URL: site, Referrer: "https://docs.acme.example/"}, "(direct)/(none)/Direct"},
		{"sibling is another site", Session{URL: "https://blog.acme.example/", Referrer: "https://docs.acme.example/"}, "docs.acme.example/referral/Referral"},
		{"own subdomain above", Session{URL: "https://docs.acme.example/", Referrer: site}, "(direct)/(none)/Direct"},
		{"own domain by name", Session{URL: site, Referrer: "https://eu.acme.dev/"}, "(direct)/(none)/Direct"},
		{"sign-in page", Session{URL: site, Referrer: "https://accounts.google.com/o"}, "(direct)/(none)/Direct"},
		{"search", Session{URL: site, Referrer: "https://www.google.co.uk/"}, "google/organic/Organic Search"},
		{"search elsewhere", Session{URL: site, Referrer: "https://fr.search.yahoo.com/q"}, "yahoo/organic/Organic Search"},
		{"a document is no search", Session{URL: site, Referrer: "https://docs.google.com/d"}, "docs.google.com/referral/Referral"},
		{"assistant", Session{URL: site, Referrer: "https://gemini.google.com/app"}, "gemini.google.com/ai-assistant/AI Assistant"},
		{"social", Session{URL: site, Referrer: "https://l.facebook.com/l.php"}, "l.facebook.com/referral/Organic Social"},
		{"utm over referrer", Session{URL: site, Referrer: "https://www.google.com/", UTMSource: "news", UTMMedium: "email"}, "news/email/Email"},
		{"click id alone", Session{URL: site, Referrer: "https://www.google.com/", ClickIDKind: "gclid"}, "google/cpc/Paid Search"},
		{"click id that proves no ad", Session{URL: site, Referrer: "https://www.facebook.com/", ClickIDKind: "fbclid"}, "www.facebook.com/referral/Organic Social"},
		{"click id in the address", Session{URL: site + "&ScCid=a%2Fb#gclid=x"}, "snapchat/cpc/Paid Social"},
		{"click id beside one that proves no ad", Session{URL: site + "&fbclid=1&gclid=2", ClickIDKind: "fbclid"}, "google/cpc/Paid Search"},
		{"empty click id", Session{URL: site + "&gclid="}, "(direct)/(none)/Direct"},
		{"affiliate", Session{URL: site + "&irclickid=7"}, "impact/affiliate/Affiliates"},
		{"campaign only", Session{URL: site, UTMCampaign: "june"}, "(not set)/(not set)/Unassigned"},
		{"campaign with click id", Session{URL: site, UTMCampaign: "june", ClickIDKind: "gclid"}, "google/cpc/Paid Search"},
	} {
		got := FromSession(c.session, rules)
		if line := strings.Join([]string{got.UTMSource, got.UTMMedium, got.Channel}, "/"); line != strings.Replace(c.want, "www.facebook", "facebook", 1) {
			t.Errorf("%s: %s, want %s", c.name, line, c.want)
		}
		if got.TouchKind != Web || got.LandingPage == "" {
			t.Errorf("%s: kind %q, landing page %q", c.name, got.TouchKind, got.LandingPage)
		}
	}
}

func TestUserRulesComeFirst(t *testing.T) {
	rules, err := ReadRules("channels.yaml", []byte(`
rules:
  - channel: Partner
    all:
      - source: {is: [PartnerStack, google]}
      - any: [{landing_page: {matches: '^/partners/'}}, {kind: {is: email}}]
source_categories: {social: [intranet.example, etsy.com]}
click_ids: {MyClid: {source: mynet, medium: cpc}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for landing, want := range map[string]string{"/Partners/x": "Partner", "/": "Paid Search"} {
		if got := rules.Channel(Input{Source: "google", Medium: "cpc", LandingPage: landing}); got != want {
			t.Errorf("landing on %s: %s, want %s", landing, got, want)
		}
	}
	if got := rules.Category("etsy.com") + " " + rules.Category("intranet.example") + " " + rules.Category("ebay.com"); got != "social social shopping" {
		t.Errorf("categories: %s", got)
	}
	if got := rules.Try(Example{URL: "https://acme.example/?myclid=1"}); got.Source != "mynet" || got.Channel != "Paid Other" {
		t.Errorf("own click id: %+v", got)
	}
}

// TestReadRulesNamesFaults: each with its line, those of one kind all at once.
func TestReadRulesNamesFaults(t *testing.T) {
	_, err := ReadRules("my.yaml", []byte(`
rules:
  - channel: A
    medium: {matches: '('}
  - medium: {is: x}
  - channel: C
    medium: {is: x, contains: y}
source_categories: {search: [x.com], social: [x.com]}
exclude: {hosts: ['[', ''], bots: [ab]}
contacts:
  ad_seen: {kind: ad}
  call_completed: {kind: phone}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"my.yaml:3: rule of channel \"A\"", "my.yaml:5: ", "has no channel", "my.yaml:6: rule of channel \"C\"", "x.com",
		"my.yaml:9: hosts: \"[\"", "hosts: \"\"", "\"ab\" is too short",
		"my.yaml:11: contacts: no event means \"ad_seen\"", "my.yaml:12: contacts: kind \"phone\" of call_completed"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %q: %v", want, err)
		}
	}
	for text, want := range map[string]string{
		"rules:\n  - channel: A\n    utm_medium: {is: x}\n": "my.yaml:3: unknown field \"utm_medium\"",
		"rules: [\n": "my.yaml:1: ",
	} {
		if _, err := ReadRules("my.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if rules, err := ReadRules("empty.yaml", nil); err != nil || rules.Channel(Input{Source: "google", Medium: "cpc"}) != "Paid Search" {
		t.Errorf("an empty file: %v", err)
	}
	if got := (Rules{}).Channel(Input{Source: "google"}); got != "Unassigned" {
		t.Errorf("no rules: %s", got)
	}
}

func TestExamplesOfAFile(t *testing.T) {
	const file = `rules:
  - channel: Partner
    source: {is: partnerstack}
exclude:
  hosts: [staging.acme.example, '*.internal']
  user_agents: [acme-monitor]
  not_bots: [friendlybot]
examples:
  - {url: 'https://acme.example/?utm_source=PartnerStack&gclid=x', channel: Partner}
  - {url: 'https://acme.example/?gclid=x', channel: Paid Search}
  - {url: 'https://acme.example/?fbclid=x', referrer: 'https://l.facebook.com/', channel: Organic Social}
  - {contact: email_clicked, channel: Email}
  - {url: 'https://staging.acme.example/', excluded: internal}
  - {url: 'https://build.internal:8080/', excluded: internal, channel: Direct}
  - {url: 'https://acme.example/', user_agent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', excluded: bot}
  - {url: 'https://acme.example/', user_agent: FriendlyBot/1, channel: Direct}
  - {url: 'https://acme.example/', user_agent: Acme-Monitor/1, excluded: internal}
`
	rules, err := ReadRules("my.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if faults := rules.Test(); len(faults) != 0 || rules.Examples() != 9 {
		t.Errorf("%d examples, faults %v", rules.Examples(), faults)
	}
	wrong, err := ReadRules("my.yaml", []byte(file+`  - {url: 'https://acme.example/', channel: Email}
  - {url: 'https://acme.example/'}
  - {url: 'https://acme.example/', excluded: bot}
  - {url: 'https://acme.example/', excluded: spam}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []FileError{
		{File: "my.yaml", Line: 18, Text: "channel is Direct, want Email (source (direct), medium (none))"},
		{File: "my.yaml", Line: 19, Text: "the example expects nothing: give it a channel, or excluded: bot or internal"},
		{File: "my.yaml", Line: 20, Text: `excluded is "", want "bot"`},
		{File: "my.yaml", Line: 21, Text: `excluded: "spam" is neither bot nor internal`},
	}
	if diff := cmp.Diff(want, wrong.Test()); diff != "" {
		t.Error(diff)
	}
}

func TestExcludedUserAgent(t *testing.T) {
	rules := mustRules(t)
	const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
	for agent, want := range map[string]string{
		"": "", browser: "",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 330.0.0": "",
		"Mozilla/5.0 (Linux; Android 9; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36":                               "",
		"okhttp/4.12.0": "", "Mozilla/5.0 (X11; Linux) Unsplash/3": "", "Mozilla/5.0 (Windows NT 10.0; Robotics Lab) Firefox/130.0": "",
		"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)": ReasonBot,
		"Mozilla/5.0 AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36":   ReasonBot,
		"facebookexternalhit/1.1":                          ReasonBot,
		"Mozilla/5.0 (compatible; Baiduspider/2.0)":        ReasonBot,
		"Pingdom.com_bot_version_1.4_(http://pingdom.com)": ReasonBot,
		"curl/8.4.0": ReasonBot, "python-requests/2.31": ReasonBot, "GPTBot/1.0": ReasonBot, "SiteCrawler 3": ReasonBot,
	} {
		if got := rules.ExcludedUserAgent(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestCategory(t *testing.T) {
	rules := mustRules(t)
	for source, want := range map[string]string{
		"google": "search", "www.google.com": "search", "google.com.br": "search", "mail.google.com": "", "notgoogle.com": "",
		"m.youtube.com": "video", "old.reddit.com": "social", "smile.amazon.de": "", "amazon.de": "shopping", "": "", "x": "social",
		"netflix.com.evil.example": "", "copilot.microsoft.com": "ai",
	} {
		if got := rules.Category(source); got != want {
			t.Errorf("Category(%q) = %q, want %q", source, got, want)
		}
	}
}

// FuzzAddress: an address is read without panic, and what is read is a part of it.
func FuzzAddress(f *testing.F) {
	for _, seed := range append(somePages, someReferrers...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		h, p := host(address), path(address)
		if strings.ContainsAny(h, "/?#:@") || h != lowerASCII(h) {
			t.Errorf("host(%q) = %q", address, h)
		}
		if p != "" && (p[0] != '/' || strings.ContainsAny(p, "?#") || p != "/" && !strings.Contains(address, p)) {
			t.Errorf("path(%q) = %q", address, p)
		}
		if !sameSite(h, h) {
			t.Errorf("%q is not its own site", h)
		}
	})
}

func BenchmarkFromSession(b *testing.B) {
	rules := mustRules(b)
	s := Session{URL: "https://www.acme.example/pricing?x=1", Referrer: "https://www.google.com/", UTMSource: "google", UTMMedium: "cpc"}
	b.ReportAllocs()
	for b.Loop() {
		FromSession(s, rules)
	}
}
