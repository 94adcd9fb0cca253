package simulate

// channel is a way of reaching people. Channels of the web are named as in Google Analytics 4's default channel
// grouping; chat, calls, meetings and prompts within the product are channels too.
type channel uint8

const (
	direct channel = iota
	organicSearch
	paidSearch
	paidSocial
	organicSocial
	referral
	email
	display
	affiliates
	organicVideo
	chat
	call
	meeting
	inProduct
	channelCount
)

var channelNames = [channelCount]string{
	direct: "Direct", organicSearch: "Organic Search", paidSearch: "Paid Search", paidSocial: "Paid Social",
	organicSocial: "Organic Social", referral: "Referral", email: "Email", display: "Display",
	affiliates: "Affiliates", organicVideo: "Organic Video",
	chat: "Chat", call: "Call", meeting: "Meeting", inProduct: "In-product",
}

// Channels are the channels that can be switched off. Direct is not among them: it is how people come who were sent by
// nobody, and what it brings is the baseline.
func Channels() []string { return append([]string(nil), channelNames[direct+1:]...) }

// entrance is a way onto the site.
type entrance struct {
	channel  channel
	weight   float64 // how often it is met, relative to the others, by a person of mean intent
	tilt     float64 // the weight is multiplied by intent^tilt: the confounding
	effect   float64 // hazard of deciding to sign up (or to ask for a demo) that one visit adds; what it truly causes
	fading   float64 // each later visit's effect is multiplied by this: above .9 steady, low where only discovery counts
	mode     mode
	closing  float64 // how often people who have already decided come in here
	referrer string
	source   string // utm_source; empty: no campaign in the address
	medium   string
	campaign string
	clickID  string  // name of the click id's parameter
	perClick float64 // what a click costs, in dollars
}

// mode is what must have happened before a person can meet an entrance.
type mode uint8

const (
	anytime        mode = iota
	onceVisited         // retargeting: only those who were here
	onceSubscribed      // newsletter: only those who left an address
)

const maxEntrances = 24

// entrances is the market. Brand keywords, retargeting and coupon sites meet people who are coming anyway: their effect
// is zero, and they collect the last click. Discovery through other people's words works, early in the journey.
// Organic search is both: a cause when the search is for the problem, a mere path when it is for the name.
var entrances = []entrance{
	{channel: direct, weight: .15, tilt: .35, closing: .36},
	{channel: organicSearch, weight: .23, tilt: .1, effect: .06, fading: .8, closing: .17, referrer: "https://www.google.com/"},
	{channel: organicSearch, weight: .05, tilt: .1, effect: .06, fading: .8, closing: .03, referrer: "https://www.bing.com/"},
	{channel: organicSearch, weight: .02, tilt: .1, effect: .06, fading: .8, closing: .01, referrer: "https://duckduckgo.com/"},
	{channel: paidSearch, weight: .06, tilt: .9, closing: .18, referrer: "https://www.google.com/", source: "google", medium: "cpc", campaign: "brand", clickID: "gclid", perClick: 1.1},
	{channel: paidSearch, weight: .05, tilt: .3, effect: .01, fading: .8, referrer: "https://www.google.com/", source: "google", medium: "cpc", campaign: "boards-generic", clickID: "gclid", perClick: 4.2},
	{channel: paidSearch, weight: .015, tilt: .9, closing: .04, referrer: "https://www.bing.com/", source: "bing", medium: "cpc", campaign: "brand", clickID: "msclkid", perClick: .9},
	{channel: paidSocial, weight: .06, tilt: -.15, effect: .06, fading: .7, referrer: "https://www.linkedin.com/", source: "linkedin", medium: "paid_social", campaign: "ops-leaders", clickID: "li_fat_id", perClick: 6.5},
	{channel: paidSocial, weight: .07, tilt: -.25, effect: .03, fading: .7, referrer: "https://www.facebook.com/", source: "facebook", medium: "paid_social", campaign: "free-forever", clickID: "fbclid", perClick: 1.6},
	{channel: organicSocial, weight: .05, tilt: -.15, effect: .23, fading: .45, referrer: "https://www.linkedin.com/"},
	{channel: organicSocial, weight: .025, tilt: -.15, effect: .21, fading: .45, referrer: "https://t.co/k3Jd81"},
	{channel: organicSocial, weight: .025, tilt: -.15, effect: .21, fading: .45, referrer: "https://www.reddit.com/"},
	{channel: referral, weight: .045, tilt: 0, effect: .23, fading: .5, referrer: "https://blog.opsnotes.example/best-planning-boards"},
	{channel: referral, weight: .035, tilt: .1, effect: .23, fading: .5, referrer: "https://reviews.softwarepicks.example/boards/tidewater"},
	{channel: email, weight: .26, tilt: .2, effect: .25, fading: .95, mode: onceSubscribed, source: "newsletter", medium: "email", campaign: "monthly-digest", perClick: .02},
	{channel: display, weight: .12, tilt: .9, mode: onceVisited, closing: .1, referrer: "https://news.dailyplanet.example/", source: "criteo", medium: "display", campaign: "retargeting-30d", perClick: .8},
	{channel: display, weight: .04, tilt: .6, mode: onceVisited, closing: .03, referrer: "https://forum.makers.example/", source: "google", medium: "banner", campaign: "retargeting-lookalike", perClick: .5},
	{channel: affiliates, weight: .015, tilt: .7, closing: .06, referrer: "https://coupons.dealhub.example/tidewater", source: "dealhub", medium: "affiliate", campaign: "coupon", perClick: 1.5},
	{channel: affiliates, weight: .01, tilt: .4, closing: .02, referrer: "https://partners.toolstack.example/", source: "toolstack", medium: "affiliate", campaign: "partner-listing", perClick: 1.2},
	{channel: organicVideo, weight: .04, tilt: -.05, effect: .13, fading: .6, referrer: "https://www.youtube.com/"},
	// Below: reached only on purpose, never drawn.
	{channel: email, source: "lifecycle", medium: "email", campaign: "onboarding", perClick: .02},
	{channel: email, source: "sales-outreach", medium: "email", campaign: "nurture", perClick: .02},
}

const (
	byDirect     = 0
	byOnboarding = 20
	byNurture    = 21
	drawn        = 20 // entrances that encounters draw from
)
