package dashboards

import (
	"hash/fnv"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Colours of things that are no channel. ink is Grafana's own name, which follows its theme.
const (
	ink     = "text"
	accent  = "#0072B2"
	pale    = "#56B4E9" // beside accent
	quiet   = "#8C8C8C"
	warning = "#E69F00"
	alarm   = "#D55E00"
	good    = "#009E73"
)

// grounds are the darker shades of those colours on which white can be read.
var grounds = map[string]string{accent: accent, warning: "#8A6100", alarm: "#B34700", good: "#00704F"}

// palette gives each channel one colour, the same on every panel and in the report. The hues are Okabe and Ito's, which
// people with any common colour blindness tell apart, and Paul Tol's muted set where more are needed; a paid channel
// is the darker one of its pair. Names are GA4's default channel groups and the contacts that are no web session.
var palette = map[string]string{
	"Direct":                    "#8C8C8C",
	"Organic Search":            "#56B4E9",
	"Paid Search":               "#0072B2",
	"Organic Social":            "#CC79A7",
	"Paid Social":               "#882255",
	"Email":                     "#E69F00",
	"Referral":                  "#009E73",
	"Affiliates":                "#117733",
	"Display":                   "#D55E00",
	"Organic Video":             "#DDCC77",
	"Paid Video":                "#999933",
	"Organic Shopping":          "#88CCEE",
	"Paid Shopping":             "#44AA99",
	"Paid Other":                "#661100",
	"Cross-network":             "#332288",
	"Audio":                     "#AA4499",
	"SMS":                       "#CC6677",
	"Mobile Push Notifications": "#F0E442",
	"In-product":                "#6699CC",
	"Chat":                      "#B8860B",
	"AI Assistant":              "#00A6A6",
	"Call":                      "#7A5195",
	"Meeting":                   "#4B6E00",
	"Unassigned":                "#BDBDBD",
	"(unattributed)":            "#D0D0D0",
	"(baseline)":                "#555555",
}

// channelMappings colour the text of a channel, for charts whose bars are channels.
func channelMappings() []any {
	options := map[string]any{}
	for i, name := range sortedKeys(palette) {
		options[name] = map[string]any{"color": palette[name], "index": i}
	}
	return []any{map[string]any{"type": "value", "options": options}}
}

// spare colours channels of a user's own rules.
var spare = []string{"#6B4C9A", "#2F6B4F", "#A65628", "#3E7CB1", "#B5739D", "#7F7F1F", "#1B9E9E", "#C0504D"}

// ChannelColor is the colour of a channel as #rrggbb. A channel that isn't in the palette has a colour of its own too,
// always the same, though another such channel may share it.
func ChannelColor(channel string) string {
	if c, ok := palette[channel]; ok {
		return c
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(channel))
	return spare[h.Sum32()%uint32(len(spare))]
}

// stageColors run from light to dark along the drawn order; exits are grey and vermillion.
var stageColors = map[string]string{
	"suspect": "#DDDDDD", "inquiry": "#88CCEE", "qualified": "#56B4E9", "mql": "#E69F00", "pql": "#009E73", "cql": "#CC79A7",
	"sal": "#6699CC", "sql": "#0072B2", "opportunity": "#332288", "won": "#117733", "retained": "#44AA99", "expanded": "#4B6E00",
	"churned": "#882255", "nurture": "#999933", "disqualified": "#D55E00", "(start)": "#8C8C8C", "(open)": "#8C8C8C", "(converted)": "#117733",
}

// StateColor is the colour of a stage or, where name is none, of a channel.
func StateColor(name string) string {
	if c, ok := stageColors[name]; ok {
		return c
	}
	return ChannelColor(name)
}

// colored is a panel builder that takes overrides.
type colored[B any] interface {
	OverrideByName(name string, properties []dashboard.DynamicConfigValue) B
}

// paint gives the fields named in colors their colours, in a fixed order so that the JSON doesn't change by itself.
func paint[B colored[B]](b B, colors map[string]string) B {
	for _, name := range sortedKeys(colors) {
		b = b.OverrideByName(name, []dashboard.DynamicConfigValue{
			set("color", map[string]any{"mode": "fixed", "fixedColor": colors[name]}),
		})
	}
	return b
}
