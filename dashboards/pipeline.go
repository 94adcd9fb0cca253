package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

const pipelineUID = "funnelcloud-pipeline"

// pipeline answers whether the data arrive, and whether the batch ran.
func pipeline() page {
	return page{
		file: "pipeline.json", uid: pipelineUID, title: "Pipeline health: do the data arrive, and can they be trusted?",
		description: "What the consumers read and refused, how far they are behind, how fresh each source is, and what the batch did. The period selects by when the work was done, not by when the events happened.",
		from:        "now-24h", to: "now", refresh: "1m",
		variables: []variable{datasource()},
		panels: []cog.Builder[dashboard.Panel]{
			pipelineTotals(), throughput(), lag(), rejectsOverTime(), rejects(), freshness(), runs(), runSteps(), checks(),
			rejectSamples(), restatements(), identities(), leftOut(), topics(),
		},
	}
}

func pipelineTotals() cog.Builder[dashboard.Panel] {
	return figures(head{
		id: 1, at: grid{0, 0, 24, 4}, title: "Does everything arrive?",
		about:   "Messages read, events inserted and messages refused in the period; events whose clock was corrected by more than a minute. Whatever the period: rows inserted twice that the table collapses to one (repeats by senders or after a crash), as of the published run, and, as of now, messages behind the end of all partitions as of each partition's last batch; a consumer that stands still doesn't update it.",
		targets: []target{tabular("pipeline/totals")},
	}).OverrideByName("Reject rate", unit(share, 2))
}

// shades tells series of any number and name apart by how dark they are, which needs no colour vision.
func shades() *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdShades).FixedColor(accent)
}

// stepped draws one value per step of time.
func stepped(h head) *timeseries.PanelBuilder {
	return lines(h).Interval("10s").LineInterpolation(common.LineInterpolationLinear)
}

func throughput() cog.Builder[dashboard.Panel] {
	return stepped(head{
		id: 2, at: grid{0, 4, 12, 8}, title: "How fast do events come in?",
		about:   "Events inserted a second, by topic, averaged over each step of the chart. A gap means that no batch was inserted.",
		empty:   "Nothing was ingested in the period",
		targets: []target{series("pipeline/throughput")},
	}).Unit("cps").Decimals(0).ColorScheme(shades())
}

func lag() cog.Builder[dashboard.Panel] {
	return stepped(head{
		id: 3, at: grid{12, 4, 12, 8}, title: "Do the consumers keep up?",
		about:   "Messages between the last one read and the end of the partition when the batch was fetched; the worst of each step. Rising for long means too few consumers.",
		empty:   "Nothing was ingested in the period",
		targets: []target{series("pipeline/lag")},
	}).Decimals(0).ColorScheme(shades())
}

func rejectsOverTime() cog.Builder[dashboard.Panel] {
	return paint(stacked(stepped(head{
		id: 4, at: grid{0, 12, 8, 8}, title: "What is refused, and since when?",
		about:   "Messages that could not become events, by reason. They are kept with their raw bytes and can be replayed after a fix.",
		empty:   "Nothing was refused in the period",
		targets: []target{series("pipeline/rejects_over_time")},
	}).Decimals(0)), reasonColors)
}

// reasonColors are those of the commonest reasons of refusal; the others have Grafana's own.
var reasonColors = map[string]string{
	"missing_field": "#E69F00", "invalid_json": "#0072B2", "wrong_type": "#56B4E9", "unknown_kind": "#CC79A7", "nul": "#8C8C8C",
	"unknown_meaning": "#882255", "out_of_range": "#009E73", "no_source": "#D55E00", "expression_failed": "#332288",
}

func rejects() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 5, at: grid{8, 12, 16, 8}, title: "Which source sends what we can't read?",
		about:   "Refused messages by source, topic and reason, with the latest one's fault and first 300 characters.",
		empty:   "Nothing was refused in the period",
		targets: []target{tabular("pipeline/rejects")},
	}).Decimals(0).OverrideByName("Source", narrow(100)).OverrideByName("Topic", narrow(90)).OverrideByName("Reason", narrow(110)).
		OverrideByName("Messages", narrow(90)).OverrideByName("Latest", instant())
}

func freshness() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 6, at: grid{0, 20, 12, 8}, title: "How fresh is each source?",
		about:   "The latest event and the latest row of each source, how old that row is now (age), and how long rows took from our first sight of the event to the table: median and 99th percentile. Rows may still hold repeats that ClickHouse has not merged away.",
		empty:   "No events yet",
		targets: []target{tabular("pipeline/freshness")},
	}).Decimals(0).OverrideByName("Source", narrow(100)).OverrideByName("Age", unit(seconds, 0)).OverrideByName("Delay p50", unit(seconds, 1)).
		OverrideByName("Delay p99", unit(seconds, 1)).OverrideByName("Latest event", instant()).OverrideByName("Latest row", instant())
}

func checks() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 9, at: grid{12, 20, 12, 8}, title: "Do the published figures pass their checks?",
		about:   "Data checks of the published run, failures first, with one row that breaks the rule. A failed check means that figures on the other dashboards may be wrong.",
		empty:   "The published run has no check results",
		targets: []target{tabular("pipeline/checks")},
	}).Decimals(0).OverrideByName("Check", narrow(260)).OverrideByName("Result", append(narrow(80), verdict("pass", "fail")...)).OverrideByName("Violations", narrow(90)).OverrideByName("Checked", instant())
}

func runs() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 7, at: grid{0, 28, 24, 9}, title: "Did the batch run, and how long did it take?",
		about:   "The latest 50 runs. Readers see the latest published one; a failed run leaves it in place and says why. Computed: what changed since the run before, with how many people and accounts that were, or all of them and why. “Events until” is the time of ingestion up to which a run has read.",
		empty:   "The batch has never run",
		targets: []target{tabular("pipeline/runs")},
	}).Decimals(0).OverrideByName("Took", append(unit(seconds, 1), width(90))).OverrideByName("Status", append(narrow(100), verdict("published", "failed")...)).
		OverrideByName("Run", narrow(60)).OverrideByName("Computed", narrow(230)).OverrideByName("People", narrow(85)).OverrideByName("Accounts", narrow(85)).OverrideByName("Version", narrow(80)).OverrideByName("Events", narrow(100)).OverrideByName("Started", instant()).OverrideByName("Events until", instant())
}

func runSteps() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 8, at: grid{0, 37, 10, 9}, title: "Where does the batch spend its time?",
		about:   "Steps of the published run in their order, with the rows they read and wrote.",
		empty:   "The batch has never run",
		targets: []target{tabular("pipeline/steps")},
	}).Decimals(0).OverrideByName("Took", append(unit(seconds, 2), width(100))).OverrideByName("Step", narrow(150)).OverrideByName("Rows a second", narrow(120))
}

func rejectSamples() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 10, at: grid{0, 46, 24, 9}, title: "What do the refused messages look like?",
		about:   "The latest 100 messages refused in the period: what was wrong, the first 500 characters as they came, and where the message stands in Kafka (topic/partition:offset, #item in it). Messages may hold personal data: they go by themselves after a while. After a fix of the source file: funnelcloud replay.",
		empty:   "Nothing was refused in the period",
		targets: []target{tabular("pipeline/reject_samples")},
	}).OverrideByName("Refused", instant()).OverrideByName("Source", narrow(100)).OverrideByName("Reason", narrow(120)).OverrideByName("What was wrong", narrow(320)).
		OverrideByName("Place", narrow(170)).MinWidth(300) // the message takes what the others leave
}

func restatements() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 11, at: grid{10, 37, 14, 9}, title: "Did a run change figures that were reported?",
		about:   "Credit of closed months that a published run changed against the run before, by reason: late events, merged identities, other settings or definitions, fitted anew. Figures: cells of month, model and channel; conversions moved: half the sum of the differences, over all models. Runs that are no longer kept are left out.",
		empty:   "No run has changed a closed month",
		targets: []target{tabular("pipeline/restatements")},
	}).Decimals(0).OverrideByName("Run", narrow(60)).OverrideByName("Why", narrow(150)).OverrideByName("Figures", narrow(75)).OverrideByName("Months", narrow(75)).
		OverrideByName("Conversions moved", append(unit(number, 1), width(140)))
}

func identities() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 12, at: grid{0, 55, 14, 8}, title: "Did people turn out to be others?",
		about:   "How each run resolved identities: people, and of those of the run before how many became one with somebody else, lost identifiers to others, have another id now (mostly visitors who were identified), or are gone. Claims not believed: identifiers that came together on a shared device or mailbox, or too many at once.",
		empty:   "No run that is kept has said how it resolved identities",
		targets: []target{tabular("pipeline/identities")},
	}).Decimals(0).OverrideByName("Run", narrow(60))
}

func topics() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 14, at: grid{0, 63, 24, 8}, title: "Who sends twice, or with a wrong clock?",
		about:   "By topic, with the sources that come by it: messages, events, refusals and clocks corrected by more than a minute in the period; and, over the whole history up to the published run, rows that were repeats of others (by senders, or after a crash) and count once. Many repeats cost storage, not truth; many wrong clocks put journeys out of order.",
		empty:   "Nothing was ingested yet",
		targets: []target{tabular("pipeline/topics")},
	}).Decimals(0).OverrideByName("Topic", narrow(110)).OverrideByName("Sources", narrow(150)).OverrideByName("Refused, share", unit(share, 2)).
		OverrideByName("Corrected, share", unit(share, 2)).OverrideByName("Repeats, share", unit(share, 2))
}

func leftOut() cog.Builder[dashboard.Panel] {
	return rows(head{
		id: 13, at: grid{14, 55, 10, 8}, title: "What is counted nowhere, and why?",
		about:   "What the published run left out of rates and credit, or did not believe. Visits: of programs (bot) and of ourselves (internal). People: junk, by the reason; they are marked, not deleted. Claims of identity: two identifiers that came together and are yet two people's. Of all: share of all visits or people.",
		empty:   "The published run left nothing out",
		targets: []target{tabular("pipeline/left_out")},
	}).Decimals(0).OverrideByName("Because", wrapped(170)).OverrideByName("How many", narrow(90)).OverrideByName("Of all", append(unit(share, 1), width(70))).OverrideByName("Events", narrow(80))
}
