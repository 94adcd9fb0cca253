package models_test

import (
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// BenchmarkCrowdedUnits runs the batch on one person of a million events and one account of ten thousand members, a
// visit and a sign-up each.
func BenchmarkCrowdedUnits(b *testing.B) {
	for b.Loop() {
		db := queriestest.New(b)
		for _, statement := range []string{
			`INSERT INTO events (source, event_id, kind, name, meaning, event_ts, received_at, ingested_at, user_id, account_id, url, properties, version)
			SELECT 'bench', concat('m', toString(number)), 'track', 'Feature Used', 'feature_used', toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + INTERVAL number * 20 SECOND AS event_ts,
				event_ts, event_ts, 'busy', 'busyworks', if(number % 100 = 0, 'https://www.acme.test/', 'https://app.acme.test/'), '{"feature":"f"}', 1
			FROM numbers(1000000)`,
			`INSERT INTO events (source, event_id, kind, name, meaning, event_ts, received_at, ingested_at, anonymous_id, user_id, account_id, email, url, referrer, properties, version)
			SELECT 'bench', concat('c', toString(number)), if(number % 2 = 0, 'page', 'track'), '', if(number % 2 = 0, '', 'signed_up'),
				toDateTime64('2026-02-01 00:00:00', 3, 'UTC') + INTERVAL number * 60 SECOND AS event_ts, event_ts, event_ts,
				concat('d', toString(intDiv(number, 2))), if(number % 2 = 0, '', concat('u', toString(intDiv(number, 2)))), if(number % 2 = 0, '', 'crowd'),
				if(number % 2 = 0, '', concat('p', toString(intDiv(number, 2)), '@crowd.example')), 'https://www.acme.test/', 'https://www.google.com/', '{}', 1
			FROM numbers(20000)`,
		} {
			if err := db.Statement(b.Context(), statement, nil); err != nil {
				b.Fatal(err)
			}
		}
		report, err := models.Run(b.Context(), db, models.Options{Bootstrap: -1})
		if err != nil {
			b.Fatal(err)
		}
		for _, step := range report.Steps {
			if step.Seconds > 1 {
				b.Logf("%s: %.1f s, %d rows in, %d out", step.Name, step.Seconds, step.RowsIn, step.RowsOut)
			}
		}
		b.ReportMetric(float64(report.Events)/report.Seconds, "events/s")
	}
}
