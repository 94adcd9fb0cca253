package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// Choices are what a variable with a fixed list offers, in the list's order; an error where no dashboard has such a one.
func Choices(name string) ([]Choice, error) {
	for _, page := range pages() {
		for _, b := range page.variables {
			v, err := b.Build()
			if err != nil {
				return nil, fmt.Errorf("dashboard %s: %w", page.uid, err)
			}
			if v.Name == name && v.Type == dashboard.VariableTypeCustom && v.Query != nil && v.Query.String != nil {
				return parseChoices(*v.Query.String), nil
			}
		}
	}
	return nil, fmt.Errorf("no dashboard has a variable %s with a fixed list", name)
}
