package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/dashboards"
)

// Section is a part of a report.
type Section struct {
	ID, Short, Title, Lead string
	Figures                []*Figure
	Further                []*Figure // for those who ask on; empty where they were not asked for
	More                   []string  // titles of further figures that were not asked for
}

// FrontPage is the id, in Options.Only, of what stands above the sections: headline figures and findings.
const FrontPage = "front"

// AccountPage is the id, in Options.Only, of the figures on the one account that Options.Account names.
const AccountPage = "account"

// content names the panels of a section by dashboard and id.
type content struct {
	id, short, title, lead, dashboard string
	panels                            []uint32
	further                           []uint32 // folded away
	named                             []uint32 // as further, of people or with raw messages: on the local page only
	hidden                            bool     // asked for, for findings to rest on, and not shown
	live                              bool     // names people: on the local page only, not in a file that is passed on
}

var contents = []content{
	{id: "change", short: "Changes", title: "What changed, and what came in by which way", lead: "This period beside the one of the same length before it, each change with its interval; without a period before it there is nothing to compare with.", dashboard: "funnelcloud-overview", panels: []uint32{1, 5, 4, 8, 10, 9, 2}},
	{id: "credit", short: "Credit", title: "What brings conversions", lead: "Credit says who was there, weighed by a rule; how far rules disagree says how much of it to believe.", dashboard: "funnelcloud-attribution", panels: []uint32{1, 2, 6, 15, 4, 5, 7, 13, 9, 8, 10}, further: []uint32{14}},
	{id: "conversions", short: "Conversions", title: "Conversions, one by one", lead: "Each with its journey; its id opens the ledger.", dashboard: "funnelcloud-attribution", panels: []uint32{11}, live: true},
	{id: "qualification", short: "Qualification", title: "Who is ready to buy, and can the definitions be trusted", lead: "What each definition flags, how many of those win, and how many wins it catches.", dashboard: "funnelcloud-qualification", panels: []uint32{1, 3, 4, 6, 5, 8, 10, 9}, further: []uint32{11, 7, 18, 16, 12, 19}, named: []uint32{17}},
	{id: "calls", short: "Who to call", title: "Who to call now", lead: "Qualified and not with sales yet, and what prospects said in their own words; an id opens the story.", dashboard: "funnelcloud-qualification", panels: []uint32{2, 14, 13}, live: true},
	{id: "waterfall", short: "Waterfall", title: "Where prospects go on, and where they stop", lead: "Steps count first entries in the period, and what became of those units until now.", dashboard: "funnelcloud-waterfall", panels: []uint32{1, 2, 7, 4, 15, 6, 8, 5, 9}, further: []uint32{3, 13, 11, 10, 14, 12, 16, 17}},
	{id: "afterwin", short: "After the win", title: "What becomes of customers", lead: "Who stays, grows and is content, by the route that qualified them first.", dashboard: "funnelcloud-afterwin", panels: []uint32{1, 2, 3, 4, 10, 5, 6, 7, 8}, further: []uint32{9}, named: []uint32{11, 12}},
	{id: "paths", short: "Paths", title: "Which ways they really take", lead: "Over the whole history of the run, loops and returns included.", dashboard: "funnelcloud-paths", panels: []uint32{1, 2, 3, 4, 9, 5, 13}, further: []uint32{10, 11, 7, 8, 12, 14}},
	{id: "accounts", short: "Accounts", title: "Accounts worth a look", lead: "The most advanced first; an id opens the account's page.", dashboard: "funnelcloud-accounts", panels: []uint32{12}, live: true},
	{id: "pipeline", short: "Data", title: "Whether the data can be trusted", lead: "What was ingested, what was refused, and what the batch did, since the first batch of events.", dashboard: "funnelcloud-pipeline", panels: []uint32{1, 2, 5, 6, 9, 7, 8}, further: []uint32{4, 11, 12, 13}, named: []uint32{10}},
}

// oneAccount is all that the dashboard of accounts says of one of them: what to do first, then who they are and what they did.
var oneAccount = content{id: AccountPage, title: "The account in figures", dashboard: "funnelcloud-accounts", panels: []uint32{1, 2, 3, 4, 5, 6, 7, 9, 8, 10, 11}, live: true}

// restsOn are the figures that the front page is made of.
var restsOn = []content{
	{dashboard: "funnelcloud-overview", panels: []uint32{1, 5, 8, 4, 10}, hidden: true},
	{dashboard: "funnelcloud-attribution", panels: []uint32{1, 2}, hidden: true},
	{dashboard: "funnelcloud-waterfall", panels: []uint32{2, 6}, hidden: true},
	{dashboard: "funnelcloud-afterwin", panels: []uint32{1, 6}, hidden: true},
	{dashboard: "funnelcloud-paths", panels: []uint32{1}, hidden: true},
	{dashboard: "funnelcloud-pipeline", panels: []uint32{1, 9}, hidden: true},
}

// Heading is a section's id and title, and a short one for menus.
type Heading struct{ ID, Title, Short string }

// Sections are the ids and titles of all sections, those of the local page included, in their order.
func Sections() []Heading {
	all := make([]Heading, len(contents))
	for i, c := range contents {
		all[i] = Heading{c.id, c.title, c.short}
	}
	return all
}

// chosenSections are those named, or all that a report in a file has.
func chosenSections(only []string) []content {
	var all []content
	if only == nil || slices.Contains(only, FrontPage) {
		all = append(all, restsOn...)
	}
	for _, c := range contents {
		if only == nil && !c.live || slices.Contains(only, c.id) {
			all = append(all, c)
		}
	}
	if slices.Contains(only, AccountPage) {
		all = append(all, oneAccount)
	}
	return all
}

// figureID is a figure's anchor, such as attribution-6.
func figureID(dashboard string, panel uint32) string {
	return fmt.Sprintf("%s-%d", strings.TrimPrefix(dashboard, "funnelcloud-"), panel)
}

// SectionOf is the id of the section that shows a figure; empty: none does.
func SectionOf(figure string) string {
	for _, c := range contents {
		for _, id := range slices.Concat(c.panels, c.further, c.named) {
			if figureID(c.dashboard, id) == figure {
				return c.id
			}
		}
	}
	return ""
}

// wanted are the panels of a section that are asked for: in a file all that name nobody, on the local page, which has a section a
// page, the further ones when the reader asks for them.
func (c content) wanted(o Options) (shown, further []uint32) {
	switch {
	case o.Only == nil:
		return c.panels, c.further
	case o.Further:
		return c.panels, slices.Concat(c.further, c.named)
	}
	return c.panels, nil
}

// unasked are the titles of a section's further panels.
func (c content) unasked(all []dashboards.Panel, scope dashboards.Scope) (titles []string) {
	for _, p := range all {
		if p.Dashboard == c.dashboard && slices.Contains(slices.Concat(c.further, c.named), p.ID) {
			titles = append(titles, fill(p.Title, scope))
		}
	}
	return titles
}
