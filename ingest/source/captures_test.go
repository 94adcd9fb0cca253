package source

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sharedData is the folder of other projects' data beside the repository; "" where it is not there.
func sharedData(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Logf("nothing asserted: %s is absent", path)
		return ""
	}
	return path
}

// captured says what the requests of an SDK are worth: kind, name, user, device, account, e-mail and meaning of each event.
var captured = map[string]struct {
	source string
	events []string
}{
	"posthog": {"posthog", slices.Concat(posthogNode, posthogNode)},
	"go_posthog": {"posthog", []string{
		"identify|$identify|u-1|||ada@example.com|", "track|trial_started|u-1||acct-9||trial_started",
		"group|$groupidentify|||acct-9||", "alias|$create_alias|u-1|anon-1|||"}},
	"amplitude": {"amplitude", []string{
		"identify|$identify|u-1|||ada@example.com|", "track|trial_started|u-1|d-1|||trial_started", "identify|$identify|u-1||acct-9||"}},
	"mixpanel": {"mixpanel", []string{
		"track|trial_started|u-1||||trial_started", "identify|$profile_update|u-1|||ada@example.com|", "group|$group_update|||acct-9||",
		"alias|$create_alias|u-1|anon-1|||", "track|a|u-1||||", "track|b|u-2||||"}},
	"snowplow": {"snowplow", slices.Concat(snowplowNode, snowplowNode)},
	"jitsu": {"segment", []string{
		"identify||u-1|543464e9-d828-43e1-9661-456815bb7d82||ada@example.com|",
		"track|trial_started|u-1|543464e9-d828-43e1-9661-456815bb7d82||ada@example.com|trial_started",
		"page|Pricing|u-1|543464e9-d828-43e1-9661-456815bb7d82||ada@example.com|pricing_viewed",
		"group||u-1|543464e9-d828-43e1-9661-456815bb7d82|acct-9||"}},
	"rudder": {"segment", slices.Concat(rudderNode, rudderNode)},
}

var (
	posthogNode = []string{
		"identify|$identify|u-1|||ada@example.com|", "track|trial_started|u-1||acct-9||trial_started", "page|$pageview|anon-2||||",
		"group|$groupidentify|||acct-9||", "alias|$create_alias|u-1|anon-1|||"}
	snowplowNode = []string{
		"page|Pricing|u-1|d-1|||pricing_viewed", "track|trial start|u-1|d-1|||trial_started", "track|trial_started|u-1|d-1|acct-9||trial_started"}
	rudderNode = []string{
		"identify||u-1|||ada@example.com|", "track|Trial Started|u-1||||trial_started", "page|Pricing|u-1||||pricing_viewed",
		"group||u-1||acct-9||", "alias||u-1|anon-1|||", "screen|Home|u-1||||"}
)

// TestCapturesOfRealSDKs maps what SDKs really sent, twice: the body as it came, which is what a proxy in front of Kafka
// forwards, and event by event with what its batch says for all, which is what our collector writes.
func TestCapturesOfRealSDKs(t *testing.T) {
	folder := sharedData(t, "sdk")
	if folder == "" {
		return
	}
	for name, want := range captured {
		s, err := Named(builtins(t), want.source)
		if err != nil {
			t.Fatal(err)
		}
		var whole, single []map[string]string
		for _, body := range captureBodies(t, filepath.Join(folder, name+".ndjson")) {
			events, rejects := s.Try(body, noon)
			if len(rejects) > 0 {
				t.Errorf("%s: %v", name, rejects)
			}
			whole = append(whole, events...)
			for _, message := range apart(t, body) {
				events, rejects := s.Try(message, noon)
				if len(rejects) > 0 {
					t.Errorf("%s, event by event: %v", name, rejects)
				}
				single = append(single, events...)
			}
		}
		if diff := cmp.Diff(want.events, brief(whole)); diff != "" {
			t.Errorf("%s (- expected, + mapped):\n%s", name, diff)
		}
		if diff := cmp.Diff(want.events, brief(single)); diff != "" {
			t.Errorf("%s, event by event (- expected, + mapped):\n%s", name, diff)
		}
		for i := range min(len(whole), len(single)) {
			if a, b := whole[i]["event_ts"], single[i]["event_ts"]; a != b {
				t.Errorf("%s: event %d happened at %s within its batch and at %s alone", name, i, a, b)
			}
		}
	}
}

func brief(events []map[string]string) []string {
	var out []string
	for _, e := range events {
		out = append(out, strings.Join([]string{e["kind"], e["name"], e["user_id"], e["anonymous_id"], e["account_id"], e["email"], e["meaning"]}, "|"))
	}
	return out
}

// captureBodies are the JSON bodies of recorded requests, out of their forms and their base64.
func captureBodies(t *testing.T, file string) [][]byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var bodies [][]byte
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var request struct {
			URL  string
			Body json.RawMessage
		}
		if err := json.Unmarshal(line, &request); err != nil {
			t.Fatal(err)
		}
		var form string
		if json.Unmarshal(request.Body, &form) != nil {
			bodies = append(bodies, request.Body)
			continue
		}
		bodies = append(bodies, queryBody(t, request.URL, form))
	}
	return bodies
}

func queryBody(t *testing.T, address, form string) []byte {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	if form != "" {
		if query, err = url.ParseQuery(form); err != nil {
			t.Fatal(err)
		}
	}
	if data := query.Get("data"); data != "" {
		body, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	flat := map[string]string{}
	for name := range query {
		flat[name] = query.Get(name)
	}
	body, err := json.Marshal(flat)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// apart takes a batch apart as the collector does: each event gets sentAt and its like from the batch.
func apart(t *testing.T, body []byte) [][]byte {
	t.Helper()
	var list []map[string]any
	if json.Unmarshal(body, &list) != nil {
		var envelope map[string]any
		if err := json.Unmarshal(body, &envelope); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"batch", "events", "data"} {
			elements, _ := envelope[name].([]any)
			for _, e := range elements {
				event := e.(map[string]any)
				for _, shared := range []string{"sentAt", "sent_at", "client_upload_time"} {
					if event[shared] == nil && envelope[shared] != nil {
						event[shared] = envelope[shared]
					}
				}
				list = append(list, event)
			}
		}
		if len(list) == 0 {
			list = append(list, envelope)
		}
	}
	var out [][]byte
	for _, event := range list {
		encoded, err := json.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, encoded)
	}
	return out
}

// TestIntercomWebhooks holds 13 recorded webhooks against what another project makes of them: the same person, time and
// message.
func TestIntercomWebhooks(t *testing.T) {
	file := sharedData(t, "webhooks", "intercom.json")
	if file == "" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		File     string
		Payload  json.RawMessage
		Expected []struct {
			Op    string
			Input struct {
				Ident struct {
					AnonymousID string `json:"anonymous_id"`
					ExternalID  string `json:"external_id"`
					Email       string
				}
				Events []struct {
					Context struct {
						CreatedAt int64 `json:"created_at"`
					}
					Properties map[string]any
				}
			}
		} `json:"expected_normalised"`
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) != 13 {
		t.Fatalf("%d webhooks, %v", len(cases), err)
	}
	s, err := Named(builtins(t), "intercom")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"message": "text", "note": "text", "link": "link", "assignee_name": "assignee_name", "assignee_id": "assignee_id", "assignee_email": "assignee_email"}
	for _, c := range cases {
		events, rejects := s.Try(c.Payload, noon)
		if len(events) != 1 {
			t.Errorf("%s: %d events, rejects %v", filepath.Base(c.File), len(events), rejects)
			continue
		}
		if len(c.Expected) == 0 { // the other project was told to pass over this one
			continue
		}
		e, want := events[0], c.Expected[0].Input
		if want.Ident.Email != "" && e["email"] != want.Ident.Email {
			t.Errorf("%s: email %q, want %q", c.File, e["email"], want.Ident.Email)
		}
		if c.Expected[0].Op == "asAccount" {
			if e["kind"] != "group" || e["account_id"] != want.Ident.ExternalID {
				t.Errorf("%s: %s of account %q, want %q", c.File, e["kind"], e["account_id"], want.Ident.ExternalID)
			}
		} else if id := e["anonymous_id"][len("intercom:"):]; !strings.HasSuffix(want.Ident.AnonymousID, "-"+id) {
			t.Errorf("%s: person %q, want %q", c.File, id, want.Ident.AnonymousID)
		}
		var properties map[string]any
		if err := json.Unmarshal([]byte(e["properties"]), &properties); err != nil {
			t.Fatal(err)
		}
		for _, expected := range want.Events {
			if ms, _ := parseTime(e["event_ts"], nil); ms != expected.Context.CreatedAt*1000 {
				t.Errorf("%s: %s, want %d", c.File, e["event_ts"], expected.Context.CreatedAt)
			}
			if e["name"] != expected.Properties["topic"] {
				t.Errorf("%s: name %q", c.File, e["name"])
			}
			for theirs, ours := range names {
				if value, there := expected.Properties[theirs]; there && fmt.Sprint(properties[ours]) != fmt.Sprint(value) {
					t.Errorf("%s: %s is %v, want %v", c.File, ours, properties[ours], value)
				}
			}
		}
	}
}

// TestStripeObjects puts the objects of Stripe's own mock server into the envelope of its events.
func TestStripeObjects(t *testing.T) {
	file := sharedData(t, "webhooks", "stripe", "fixtures3.json")
	if file == "" {
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var fixtures struct {
		Resources map[string]map[string]any
	}
	if err := json.Unmarshal(text, &fixtures); err != nil {
		t.Fatal(err)
	}
	s, err := Named(builtins(t), "stripe")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		kind, object string
		changes      map[string]any
		want         map[string]string
	}{
		{"customer.subscription.created", "subscription", map[string]any{"status": "active"}, map[string]string{"meaning": "subscription_started", "value": "20",
			"currency": "USD", "anonymous_id": "stripe:cus_QXg1o8vcGmoR32"}},
		{"customer.subscription.deleted", "subscription", nil, map[string]string{"meaning": "subscription_cancelled"}},
		{"invoice.paid", "invoice", map[string]any{"amount_paid": 1000, "billing_reason": "subscription_cycle"}, map[string]string{"meaning": "subscription_renewed", "value": "10"}},
		{"invoice.created", "invoice", nil, map[string]string{"meaning": "", "anonymous_id": "stripe:cus_QXg1o8vcGmoR32"}},
		{"checkout.session.completed", "checkout.session", map[string]any{"client_reference_id": "u-1"}, map[string]string{"user_id": "u-1", "email": "example@example.com", "meaning": ""}},
		{"customer.created", "customer", nil, map[string]string{"anonymous_id": "stripe:cus_QXg1o8vcGmoR32"}},
	} {
		for name, value := range c.changes {
			fixtures.Resources[c.object][name] = value
		}
		message, err := json.Marshal(map[string]any{"id": "evt_1", "object": "event", "type": c.kind, "created": 1701424800,
			"data": map[string]any{"object": fixtures.Resources[c.object]}})
		if err != nil {
			t.Fatal(err)
		}
		events, rejects := s.Try(message, noon)
		if len(events) != 1 {
			t.Errorf("%s: rejects %v", c.kind, rejects)
			continue
		}
		for column, want := range c.want {
			if got := events[0][column]; got != want {
				t.Errorf("%s: %s is %q, want %q", c.kind, column, got, want)
			}
		}
	}
	event, err := json.Marshal(fixtures.Resources["event"])
	if err != nil {
		t.Fatal(err)
	}
	if events, rejects := s.Try(event, noon); len(events) != 1 || events[0]["name"] != "plan.created" {
		t.Errorf("Stripe's own envelope: %v, %v", events, rejects)
	}
}
