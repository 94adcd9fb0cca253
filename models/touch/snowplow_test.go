package touch

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestSnowplowFractribution takes the 98 events of Snowplow's test data to sessions and channels.
//
// Its rules differ from GA4's in three names (Paid_Search_Other, Video, Organic_Search) and two decisions: Quora is a
// social site to GA4, a referral to Snowplow; a medium of affiliate has a channel at GA4's, none at Snowplow's. A
// visit is to Snowplow what has a page view, to us what has any event on a page: one checkout without a page view is our
// 98th session, with nothing to say where it came from.
func TestSnowplowFractribution(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "shared", "data", "attribution", "snowplow_fractribution")
	rows, err := readCSV(filepath.Join(folder, "source", "snowplow_fractribution_events.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is absent: nothing to compare with", folder)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	for _, r := range rows {
		at, err := time.Parse("2006-01-02T15:04:05Z", r["derived_tstamp"])
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, Event{
			PersonID: r["domain_userid"], At: at, Source: "snowplow", EventID: r["event_id"], URL: "https://" + r["page_urlhost"] + "/",
			UTMSource: r["mkt_source"], UTMMedium: r["mkt_medium"], UTMCampaign: r["mkt_campaign"],
		})
	}
	rules := mustRules(t)
	got := map[string]int{}
	for _, s := range Sessionize(events, Options{}) {
		got[FromSession(s, rules).Channel]++
	}
	counts, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_sessions_by_customer_id_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for _, r := range counts {
		want[ga4Name(r["channel"], r["source"])]++
	}
	want["Direct"]++ // the checkout without a page view
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func ga4Name(channel, source string) string {
	switch {
	case source == "quora.com":
		return "Organic Social"
	case source == "Partners":
		return "Affiliates"
	case channel == "Paid_Search_Other":
		return "Paid Search"
	case channel == "Organic_Search":
		return "Organic Search"
	case channel == "Video":
		return "Organic Video"
	default:
		return channel
	}
}

// snowplowName is the other way round.
func snowplowName(t Touchpoint) string {
	switch t.Channel {
	case "Organic Social":
		return "Referral"
	case "Affiliates":
		return "Unmatched_Channel"
	case "Paid Search":
		return "Paid_Search_Other"
	case "Organic Search":
		return "Organic_Search"
	case "Organic Video":
		return "Video"
	default:
		return t.Channel
	}
}

// TestSnowplowPaths goes on from sessions to paths: the sessions of the 30 days before a conversion, or of somebody who
// never converted, repeats folded. From these paths to credit goes the test of the same name in models/attribution.
//
// Two of the package's rules are its own. A visit has a page view, so our 98th session is left out here. And a conversion
// ends its customer's path: what they visited later is on no path.
func TestSnowplowPaths(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "shared", "data", "attribution", "snowplow_fractribution")
	rows, err := readCSV(filepath.Join(folder, "source", "snowplow_fractribution_events.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%s is absent: nothing to compare with", folder)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	var events []Event
	converted := map[string]time.Time{}
	for _, r := range rows {
		at, err := time.Parse("2006-01-02T15:04:05Z", r["derived_tstamp"])
		if err != nil {
			t.Fatal(err)
		}
		if r["tr_total"] != "" {
			converted[r["domain_userid"]] = at
		}
		if r["event_name"] == "page_view" {
			events = append(events, Event{
				PersonID: r["domain_userid"], At: at, Source: "snowplow", EventID: r["event_id"], URL: "https://" + r["page_urlhost"] + "/",
				UTMSource: r["mkt_source"], UTMMedium: r["mkt_medium"], UTMCampaign: r["mkt_campaign"],
			})
		}
	}
	rules := mustRules(t)
	wantChannelCounts(t, folder, Sessionize(events, Options{}), rules)
	paths := map[string][]string{}
	for _, s := range Sessionize(events, Options{}) {
		at, wins := converted[s.PersonID]
		if wins && (s.TouchTS.After(at) || at.Sub(s.TouchTS) > 30*24*time.Hour) {
			continue
		}
		channel := snowplowName(FromSession(s, rules))
		if path := paths[s.PersonID]; len(path) == 0 || path[len(path)-1] != channel {
			paths[s.PersonID] = append(path, channel)
		}
	}
	ended, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_paths_to_conversion_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range ended {
		person := strings.TrimPrefix(r["customer_id"], "f") // the package marks visitors that have no user id
		if path := strings.Join(paths[person], " > "); path != r["transformed_path"] || converted[person].Format(time.DateTime) != r["conversion_tstamp"] {
			t.Errorf("%s converted at %s by %s, want %v", person, converted[person], path, r)
		}
	}
	if len(ended) != len(converted) {
		t.Errorf("%d conversions, want %d", len(converted), len(ended))
	}
	wantConversions(t, folder, rows)
	wantOtherPaths(t, folder, paths, converted)
	got := map[string][2]int{}
	for person, path := range paths {
		counts := got[strings.Join(path, " > ")]
		if _, wins := converted[person]; wins {
			counts[0]++
		} else {
			counts[1]++
		}
		got[strings.Join(path, " > ")] = counts
	}
	summary, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_path_summary_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]int{}
	for _, r := range summary {
		want[r["transformed_path"]] = [2]int{atoi(t, r["conversions"]), atoi(t, r["non_conversions"])}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// wantConversions: the same customers converted, at the same instants, for as much.
func wantConversions(t *testing.T, folder string, events []map[string]string) {
	t.Helper()
	rows, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_conversions_by_customer_id_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[[2]string]float64{}, map[[2]string]float64{}
	for _, r := range events {
		if r["tr_total"] != "" {
			at, _, _ := strings.Cut(strings.Replace(r["derived_tstamp"], "T", " ", 1), "Z")
			got[[2]string{r["domain_userid"], at}] += number(t, r["tr_total"])
		}
	}
	for _, r := range rows {
		at, _, _ := strings.Cut(r["conversion_tstamp"], ".")
		want[[2]string{strings.TrimPrefix(r["customer_id"], "f"), at}] += number(t, r["revenue"])
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" || len(want) == 0 {
		t.Errorf("conversions: %s", diff)
	}
}

// wantOtherPaths: the same visitors never converted, by the same paths.
func wantOtherPaths(t *testing.T, folder string, paths map[string][]string, converted map[string]time.Time) {
	t.Helper()
	rows, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_paths_to_non_conversion_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[string]string{}, map[string]string{}
	for person, path := range paths {
		if _, wins := converted[person]; !wins {
			got[person] = strings.Join(path, " > ")
		}
	}
	for _, r := range rows {
		want[strings.TrimPrefix(r["customer_id"], "f")] = r["transformed_path"]
	}
	if diff := gocmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("paths without a conversion: %s", diff)
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantChannelCounts: as many sessions of each channel, campaign, source and medium.
func wantChannelCounts(t *testing.T, folder string, sessions []Session, rules Rules) {
	t.Helper()
	rows, err := readCSV(filepath.Join(folder, "expected", "snowplow_fractribution_channel_counts_expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[[4]string]int{}, map[[4]string]int{}
	for _, r := range rows {
		want[[4]string{r["channel"], r["campaign"], r["source"], r["medium"]}] += atoi(t, r["number_of_sessions"])
	}
	for _, s := range sessions {
		touch := FromSession(s, rules)
		got[[4]string{snowplowName(touch), cmp.Or(touch.UTMCampaign, notSet), touch.UTMSource, touch.UTMMedium}]++
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func readCSV(name string) ([]map[string]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
