package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRulesOfTheFolderOfDefinitions: definition test checks channels.yaml and identity.yaml, and run uses them.
func TestRulesOfTheFolderOfDefinitions(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(channelsFile, "rules: [{channel: Partner, source: {is: partnerstack}}]\nexamples:\n  - {url: 'https://acme.test/?utm_source=partnerstack', channel: Partner}\n")
	write(identityFile, "accounts: {acme: [acme.test]}\n")
	mustRun(t, "definition", "test", folder)
	mustRun(t, "definition", "test", filepath.Join(folder, channelsFile))

	r, err := readRules(folder)
	if err != nil || r.identity.Account("acme.test") != "acme" || r.channels.Examples() != 1 {
		t.Errorf("rules: %+v, %v", r.identity, err)
	}

	write(channelsFile, "rules: []\nexamples:\n  - {url: 'https://acme.test/?utm_source=partnerstack', channel: Partner}\n")
	write(identityFile, "max_components: 7\n")
	for _, command := range [][]string{{"definition", "test", folder}, {"run", "--definitions", folder, "--clickhouse", "127.0.0.1:1"}} {
		wantFailure(t, exitFailed, []string{"channels.yaml:3: channel is Unassigned, want Partner", "identity.yaml:1: unknown field"}, command...)
	}
}
