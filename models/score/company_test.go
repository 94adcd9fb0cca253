package score

import (
	"maps"
	"testing"

	"github.com/funnelcloud/funnelcloud/models/attribution"
	"github.com/funnelcloud/funnelcloud/models/simulate"
)

// The recorded figures are those of tables touchpoints (junk people left out) and journeys after
// `funnelcloud demo --people 3000 --start 2026-01-05`, which streams through Kafka and computes in ClickHouse.
func TestObservationAgreesWithTheBatch(t *testing.T) {
	c := simulate.Default()
	c.People = 3000
	o, err := observe(c)
	if err != nil {
		t.Fatal(err)
	}
	byChannel := map[string]int{}
	for _, h := range o.histories {
		for _, touch := range h.touches {
			byChannel[touch.Channel]++
		}
	}
	want := map[string]int{
		"Affiliates": 158, "Call": 82, "Chat": 227, "Direct": 965, "Display": 377, "Email": 387, "In-product": 173,
		"Meeting": 28, "Organic Search": 1649, "Organic Social": 555, "Organic Video": 205, "Paid Search": 660,
		"Paid Social": 788, "Referral": 406,
	}
	if !maps.Equal(byChannel, want) {
		t.Errorf("touches by channel are\n%v, not\n%v", byChannel, want)
	}
	for _, recorded := range []struct {
		conversionType                    string
		converted, notConverted, censored int
	}{
		{"signed_up", 381, 1488, 1522}, {"mql", 101, 1545, 1584}, {"pql", 171, 1524, 1573}, {"cql", 39, 1547, 1595},
		{"sql", 33, 1552, 1597}, {"opportunity", 27, 1541, 1591}, {"won", 32, 1548, 1591},
	} {
		counts := map[attribution.Outcome]int{}
		for _, j := range o.journeys(recorded.conversionType) {
			counts[j.Outcome]++
		}
		want := map[attribution.Outcome]int{
			attribution.Converted: recorded.converted, attribution.NotConverted: recorded.notConverted, attribution.Censored: recorded.censored,
		}
		if !maps.Equal(counts, want) {
			t.Errorf("journeys to %s: %v, the batch has %v", recorded.conversionType, counts, want)
		}
	}
}
