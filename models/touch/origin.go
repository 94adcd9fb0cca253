package touch

import (
	"cmp"
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
	if o.utmSource != "" || o.utmMedium != "" || o.utmCampaign != "" {
		ad := r.clickIDs[strings.ToLower(o.clickIDKind)]
		return cmp.Or(o.utmSource, ad.Source, notSet), cmp.Or(o.utmMedium, ad.Medium, notSet)
	}
	if ad, ok := r.clickIDs[strings.ToLower(o.clickIDKind)]; ok {
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
