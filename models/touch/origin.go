package touch

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

const (
	directSource = "(direct)"
	directMedium = "(none)"
	notSet       = "(not set)"
)

// origin is what an entry carries.
type origin struct {
	url, referrer                     string
	utmSource, utmMedium, utmCampaign string
	clickIDKind                       string
}

// input resolves where an entry came from: utm parameters, else an advertising click id, else the referrer, else
// direct. A referrer of the site itself, or of an address that visitors only pass through, sends nobody.
func (r Rules) input(o origin) Input {
	in := Input{LandingPage: path(o.url)}
	from := host(o.referrer)
	if from != "" && !sameSite(from, host(o.url)) && !under(from, r.ignored) {
		in.ReferrerHost = from
	}
	in.Source, in.Medium = r.resolve(o, in.ReferrerHost)
	in.Campaign = o.utmCampaign
	return in
}

func (r Rules) resolve(o origin, referrer string) (source, medium string) {
	ad, clicked := r.advertisement(o)
	if o.utmSource != "" || o.utmMedium != "" || o.utmCampaign != "" {
		return cmp.Or(o.utmSource, ad.Source, notSet), cmp.Or(o.utmMedium, ad.Medium, notSet)
	}
	if clicked {
		return ad.Source, ad.Medium
	}
	if referrer == "" {
		return directSource, directMedium
	}
	switch r.Category(referrer) {
	case "search":
		return engine(referrer), "organic"
	case "ai":
		return referrer, "ai-assistant"
	default:
		return referrer, "referral"
	}
}

// advertisement is what the click id of an entry stands for. Ingest knows the networks of its own list only; click ids that a
// user's file adds, or that came before the list knew them, are found in the address.
func (r Rules) advertisement(o origin) (SourceMedium, bool) {
	if ad, ok := r.clickIDs[strings.ToLower(o.clickIDKind)]; ok {
		return ad, true
	}
	for name, content := range parameters(o.url) {
		if ad, ok := r.clickIDs[strings.ToLower(name)]; ok && content != "" {
			return ad, true
		}
	}
	return SourceMedium{}, false
}

// parameters are the names and undecoded contents in the query of an address, in order.
func parameters(address string) iter.Seq2[string, string] {
	return func(yield func(name, content string) bool) {
		_, query, _ := strings.Cut(address, "?")
		query, _, _ = strings.Cut(query, "#")
		for query != "" {
			var pair string
			pair, query, _ = strings.Cut(query, "&")
			if name, content, _ := strings.Cut(pair, "="); !yield(name, content) {
				return
			}
		}
	}
}

var engines = []string{
	"google", "bing", "yahoo", "duckduckgo", "ecosia", "baidu", "yandex", "naver", "daum", "qwant", "startpage", "seznam",
	"brave", "aol", "ask", "sogou", "kagi",
}

// engine names a search engine as campaigns do: google for google.co.uk, yahoo for fr.search.yahoo.com.
func engine(host string) string {
	for _, label := range strings.Split(host, ".") {
		if slices.Contains(engines, label) {
			return label
		}
	}
	return host
}
