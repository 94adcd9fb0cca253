package models_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// crowd are people who come by several ways, and some of whom sign up and pay odd amounts, some twice.
func crowd(people int) *story {
	s := &story{}
	random := rand.New(rand.NewPCG(5, 5))
	referrers := []string{"https://www.google.com/", "https://www.facebook.com/", "https://news.partner.test/a", "https://www.linkedin.com/", ""}
	for i := range people {
		anonymous, user := fmt.Sprintf("a%03d", i), fmt.Sprintf("u%03d", i)
		day := random.Float64() * 20
		for range 1 + random.IntN(5) {
			page := event{Kind: "page", AnonymousID: anonymous, URL: "https://www.acme.test/", Referrer: referrers[random.IntN(len(referrers))]}
			if random.IntN(4) == 0 {
				page.UTMSource, page.UTMMedium, page.UTMCampaign = "news", "email", "june"
			}
			s.add(day, page)
			day += random.Float64() * 6
		}
		if random.IntN(3) == 0 {
			continue
		}
		s.add(day, event{Kind: "track", Name: "Signed Up", Meaning: "signed_up", AnonymousID: anonymous, UserID: user, Email: user + "@" + user + ".com"})
		if random.IntN(2) == 0 {
			s.add(day+random.Float64()*9, event{Kind: "billing", Name: "Subscription Started", Meaning: "subscription_started", UserID: user,
				Value: 1 + random.Int64N(9_999_999), Currency: "EUR"})
		}
	}
	s.add(300, event{Kind: "page", AnonymousID: "latecomer", URL: "https://www.acme.test/"})
	return s
}

type journeyOfTable struct {
	ID         string    `ch:"journey_id"`
	UnitID     string    `ch:"unit_id"`
	Outcome    string    `ch:"outcome"`
	Started    time.Time `ch:"started_at"`
	Ended      time.Time `ch:"ended_at"`
	Value      int64     `ch:"value,decimal4"`
	TouchIDs   []string  `ch:"touch_ids"`
	Channels   []string  `ch:"channels"`
	Ages       []float64 `ch:"ages"`
	Discovered bool      `ch:"discovered"`
	EnteredAt  time.Time `ch:"entered_at,null"`
	PreviousAt time.Time `ch:"previous_at,null"`
}

// journeysOf are the journeys of the published run, as the pure package has them.
func journeysOf(t *testing.T, db *warehouse.DB, kind, conversionType string) (js []attribution.Journey) {
	t.Helper()
	const statement = `SELECT * FROM journeys_by_run WHERE run_id = 1 AND unit_kind = {kind:String} AND conversion_type = {type:String}`
	for row, err := range warehouse.SelectText[journeyOfTable](t.Context(), db, statement, warehouse.Params{"kind": kind, "type": conversionType}) {
		if err != nil {
			t.Fatal(err)
		}
		j := attribution.Journey{ID: row.ID, UnitKind: kind, UnitID: row.UnitID, ConversionType: conversionType, Until: row.Ended, EnteredAt: row.EnteredAt, PreviousAt: row.PreviousAt}
		if len(row.Ages) > 0 {
			j.Until = row.Started.Add(time.Duration(math.Round(row.Ages[0] * 24 * float64(time.Hour))))
		}
		for i, id := range row.TouchIDs {
			at := j.Until.Add(-time.Duration(math.Round(row.Ages[i] * 24 * float64(time.Hour))))
			j.Touches = append(j.Touches, attribution.Touch{ID: id, Channel: row.Channels[i], At: at})
		}
		if len(j.Touches) > 0 {
			j.FirstContact = j.Touches[0].At
			if !row.Discovered {
				j.FirstContact = j.FirstContact.Add(-time.Minute)
			}
		}
		switch row.Outcome {
		case "converted":
			j.Outcome = attribution.Converted
			j.Conversion = &attribution.Conversion{ID: row.ID, Value: row.Value, At: row.Ended}
		case "censored":
			j.Outcome = attribution.Censored
		}
		js = append(js, j)
	}
	return js
}

type ledgerRow struct {
	Conversion string  `ch:"conversion_id"`
	Touch      string  `ch:"touch_id"`
	Channel    string  `ch:"channel"`
	Weight     float64 `ch:"weight"`
	Value      int64   `ch:"credited_value,decimal4"`
	Version    string  `ch:"model_version"`
}

// The ledger that SQL derives from paths is the one that the pure package writes, for every data-driven model: weights
// to 1e-9, values to the last digit.
func TestTheDerivedLedgerIsThePureOne(t *testing.T) {
	db := load(t, crowd(150).events)
	batch(t, db)
	compared := 0
	for _, of := range [][2]string{{"person", "signed_up"}, {"person", "won"}, {"account", "won"}} {
		js := journeysOf(t, db, of[0], of[1])
		sample := attribution.NewSample(js)
		for _, m := range attribution.Models() {
			if !attribution.DependsOnOthers(m) {
				continue
			}
			credit, err := m.Credit(sample)
			if err != nil {
				t.Fatal(err)
			}
			got := derived(t, db, of[0], of[1], m)
			err = attribution.Ledger(m, js, credit, func(want attribution.LedgerRow) error {
				compared++
				key := want.ConversionID + " " + want.Channel + " " + want.TouchID
				row, found := got[key]
				if !found || math.Abs(row.Weight-want.Weight) > 1e-9 || row.Value != want.CreditedValue {
					t.Errorf("%s: %s: got %+v, want %g and %d", m.Name(), key, row, want.Weight, want.CreditedValue)
				}
				delete(got, key)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) > 0 {
				t.Errorf("%s of %v: %d rows too many, e.g. %v", m.Name(), of, len(got), got)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d rows compared", compared)
	}
}

func derived(t *testing.T, db *warehouse.DB, kind, conversionType string, m attribution.Model) map[string]ledgerRow {
	t.Helper()
	const statement = `SELECT * FROM attribution_ledger WHERE unit_kind = {kind:String} AND conversion_type = {type:String} AND model = {model:String}`
	rows := map[string]ledgerRow{}
	for row, err := range warehouse.SelectText[ledgerRow](t.Context(), db, statement,
		warehouse.Params{"kind": kind, "type": conversionType, "model": m.Name()}) {
		if err != nil {
			t.Fatal(err)
		}
		if row.Version != m.Version() {
			t.Errorf("version %q of %s, want %q", row.Version, m.Name(), m.Version())
		}
		key := row.Conversion + " " + row.Channel + " " + row.Touch
		if _, twice := rows[key]; twice {
			t.Errorf("%s: %s stands there twice", m.Name(), key)
		}
		rows[key] = row
	}
	return rows
}

// Shares with their intervals are those of the ledger, for every model.
func TestTheEffectsAreTheLedgersShares(t *testing.T) {
	db := load(t, crowd(150).events)
	batch(t, db)
	wantRows(t, db, `WITH ledger AS
		(
			SELECT model, unit_kind, conversion_type, channel, sum(weight) AS credited
			FROM attribution_ledger WHERE channel != '(unattributed)' GROUP BY ALL
		),
		shares AS (SELECT *, credited / sum(credited) OVER (PARTITION BY model, unit_kind, conversion_type) AS share FROM ledger)
		SELECT countIf(abs(e.share - s.share) > 1e-9 OR model != 'incremental' AND (e.share < e.low OR e.share > e.high)), count() > 200
		FROM attribution_effects AS e FULL JOIN shares AS s USING (model, unit_kind, conversion_type, channel)`, "0 1")
}
