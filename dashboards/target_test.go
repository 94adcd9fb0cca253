package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// registerTarget makes the SDK read Target back from a dashboard's JSON, strictly too. It changes the SDK's registry, which
// is one for the process, so only those who read dashboards call it.
func registerTarget() {
	read := func(raw []byte, strict bool) (variants.Dataquery, error) {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		if strict {
			decoder.DisallowUnknownFields()
		}
		var t Target
		if err := decoder.Decode(&t); err != nil {
			return nil, fmt.Errorf("read ClickHouse query: %w", err)
		}
		return t, nil
	}
	cog.NewRuntime().RegisterDataqueryVariant(variants.DataqueryConfig{
		Identifier:                 PluginID,
		DataqueryUnmarshaler:       func(raw []byte) (variants.Dataquery, error) { return read(raw, false) },
		StrictDataqueryUnmarshaler: func(raw []byte) (variants.Dataquery, error) { return read(raw, true) },
	})
}

// parse reads a dashboard's JSON strictly: fields that Grafana doesn't know are errors.
func parse(text []byte) (dashboard.Dashboard, error) {
	var d dashboard.Dashboard
	var raw json.RawMessage = text
	err := d.UnmarshalJSONStrict(raw)
	return d, err
}
