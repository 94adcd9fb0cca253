package yamlfile

import (
	"fmt"

	"github.com/goccy/go-yaml"
)

// Words lets people write `on: signed_up` for `on: [signed_up]`.
type Words []string

// UnmarshalYAML accepts a text or a list of texts.
func (w *Words) UnmarshalYAML(text []byte) error {
	var many []string
	if err := yaml.Unmarshal(text, &many); err == nil {
		*w = many
		return nil
	}
	var one string
	if err := yaml.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("neither a text nor a list of texts: %w", err)
	}
	*w = Words{one}
	return nil
}
