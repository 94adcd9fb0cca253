//go:build schema

package dashboards

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// checker is the folder that holds the types, installed at pinned versions by npm, and the program that holds dashboards
// against them.
func checker(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "schema"))); err != nil {
		t.Fatal(err)
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v: install Node's npm\n%s", err, out)
	}
	return folder
}

func checked(t *testing.T, folder string, files ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "node", append([]string{filepath.Join(folder, "check.mjs")}, files...)...).CombinedOutput()
	return string(out), err
}

// Grafana's own types know what the SDK's don't say: the values of enums, the settings of overrides, the types of panels.
func TestGrafanasOwnTypesAccept(t *testing.T) {
	folder := checker(t)
	committed, err := filepath.Glob("json/*.json")
	if err != nil || len(committed) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	if out, err := checked(t, folder, committed...); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	plantMistakes(t, folder)
}

// plantMistakes makes one mistake a file and wants each file named.
func plantMistakes(t *testing.T, folder string) {
	t.Helper()
	text := string(generated(t)["attribution.json"])
	var files []string
	for name, edit := range map[string][2]string{
		"misspelt-option":   {`"showHeader": true`, `"showHeadr": true`},
		"misspelt-setting":  {`"id": "custom.width"`, `"id": "custom.widht"`},
		"value-of-an-enum":  {`"stacking": "normal"`, `"stacking": "stacked"`},
		"value-in-defaults": {`"mode": "fixed",`, `"mode": "fixd",`},
		"value-of-override": {`"type": "gauge"`, `"type": "gage"`},
		"panel-type":        {`"type": "barchart"`, `"type": "barchrat"`},
		"third-party-panel": {`"type": "barchart"`, `"type": "netsage-sankey-panel"`},
		"type-of-a-value":   {`"frameIndex": 0`, `"frameIndex": "0"`},
		"variable":          {`"multi": true`, `"mutli": true`},
	} {
		broken := strings.Replace(text, edit[0], edit[1], 1)
		if broken == text {
			t.Errorf("%s: %q isn't there to be broken", name, edit[0])
		}
		file := filepath.Join(folder, name+".json")
		if err := os.WriteFile(file, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	out, err := checked(t, folder, files...)
	if err == nil {
		t.Error("planted mistakes were not noticed")
	}
	for _, file := range files {
		if !strings.Contains(out, filepath.Base(file)+",") {
			t.Errorf("%s: not noticed in\n%s", filepath.Base(file), out)
		}
	}
}
