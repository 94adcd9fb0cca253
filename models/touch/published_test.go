package touch

import (
	"slices"
	"testing"
)

// published is Google's table for traffic that is tagged by hand (Analytics Help, answer 9756891), row by row: every value
// of each row's lists, with a source and campaign that no other row claims.
var published = []struct {
	channel                    string
	sources, mediums, campaign []string
}{
	{"Direct", []string{"(direct)"}, []string{"(none)", "(not set)"}, nil},
	{"Cross-network", nil, []string{"cpc", "email", ""}, []string{"spring cross-network", "Cross-Network"}},
	{"Paid Shopping", []string{"etsy", "amazon.com"}, paidMediums, nil},
	{"Paid Shopping", nil, paidMediums, []string{"shop", "my shopping", "e-shop"}},
	{"Paid Search", []string{"google", "bing.com"}, paidMediums, nil},
	{"Paid Social", []string{"facebook", "linkedin.com"}, paidMediums, nil},
	{"Paid Video", []string{"youtube", "vimeo.com"}, paidMediums, nil},
	{"Display", nil, []string{"display", "banner", "expandable", "interstitial", "cpm"}, nil},
	{"Paid Other", nil, slices.DeleteFunc(slices.Clone(paidMediums), func(m string) bool { return m == "cpm" }), nil},
	{"Organic Shopping", []string{"etsy", "ebay.com"}, []string{"referral", "anything", ""}, nil},
	{"Organic Shopping", nil, []string{"referral"}, []string{"shopping day"}},
	{"Organic Social", []string{"reddit", "t.co"}, []string{"referral", "anything", ""}, nil},
	{"Organic Social", nil, []string{"social", "social-network", "social-media", "sm", "social network", "social media"}, nil},
	{"Organic Video", []string{"twitch", "youtube.com"}, []string{"referral", "anything", ""}, nil},
	{"Organic Video", nil, []string{"video", "a video ad", "videos"}, nil},
	{"Organic Search", []string{"bing", "duckduckgo.com"}, []string{"referral", "anything", ""}, nil},
	{"Organic Search", nil, []string{"organic"}, nil},
	{"Referral", nil, []string{"referral", "app", "link"}, nil},
	{"Email", []string{"email", "e-mail", "e_mail", "e mail"}, []string{"anything", ""}, nil},
	{"Email", nil, []string{"email", "e-mail", "e_mail", "e mail"}, nil},
	{"Affiliates", nil, []string{"affiliate"}, nil},
	{"Audio", nil, []string{"audio"}, nil},
	{"SMS", []string{"sms"}, []string{"anything", ""}, nil},
	{"SMS", nil, []string{"sms"}, nil},
	{"Mobile Push Notifications", nil, []string{"push", "web-push", "mobile", "in-mobile-app", "notification", "notifications"}, nil},
	{"Mobile Push Notifications", []string{"firebase"}, []string{"anything", ""}, nil},
	{"AI Assistant", nil, []string{"ai-assistant"}, nil},
	{"Unassigned", nil, []string{"anything", "(not set)", "affiliates", "organics", "e.mail"}, nil},
}

var paidMediums = []string{"cpc", "cpm", "cpv", "xcpx", "ppc", "retargeting", "paid", "paid-social", "paidsearch"}

// TestPublishedTable: every row, and none twice.
func TestPublishedTable(t *testing.T) {
	rules := mustRules(t)
	for _, row := range published {
		for _, source := range orOne(row.sources, "news.example") {
			for _, medium := range row.mediums {
				for _, campaign := range orOne(row.campaign, "june") {
					if got := rules.Channel(Input{Source: source, Medium: medium, Campaign: campaign}); got != row.channel {
						t.Errorf("%s / %s / %s: %s, want %s", source, medium, campaign, got, row.channel)
					}
				}
			}
		}
	}
}

func orOne(list []string, other string) []string {
	if len(list) == 0 {
		return []string{other}
	}
	return list
}

// TestPublishedOrder: the rules stand in the order in which Google publishes them, ours after them.
func TestPublishedOrder(t *testing.T) {
	var want, got []string
	for _, row := range published {
		if len(want) == 0 || want[len(want)-1] != row.channel {
			want = append(want, row.channel)
		}
	}
	want = append(want[:len(want)-1], "Chat", "Call", "Meeting", "In-product", "Unassigned")
	for _, rule := range mustRules(t).rules {
		got = append(got, rule.channel)
	}
	if !slices.Equal(got, want) {
		t.Errorf("rules %v\nwant  %v", got, want)
	}
}
