package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASourceIsBegunTestedAndMended(t *testing.T) {
	message := writeFile(t, "shop.json", `{"id": "e1", "event": "Signed Up", "userId": "u1", "date": "24.12.2023", "plan": "pro"}`)
	file := filepath.Join(filepath.Dir(message), "shop.yaml")
	mustRun(t, "source", "new", message, "--out", file)
	wantFailure(t, exitFailed, []string{file, "exists"}, "source", "new", message, "--out", file)
	if r := mustRun(t, "source", "test", file); !strings.Contains(r.out, "1 of 1 samples hold") || strings.Contains(r.out, "\x1b[") {
		t.Errorf("%q", r.out)
	}
	if r := mustRun(t, "source", "test", file, "--sample", message); !strings.Contains(r.out, "signed_up") {
		t.Error(r.out)
	}
	if r := mustRun(t, "source", "list", "--source", filepath.Dir(file)); !strings.Contains(r.out, file) {
		t.Error(r.out)
	}

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	broken := writeFile(t, "broken.yaml", strings.Replace(string(text), "meaning: signed_up", "meaning: activated", 1))
	r := funnelcloud(t, "source", "test", broken)
	if r.code != exitFailed || !strings.Contains(r.out, "- expected activated") || !strings.Contains(r.out, "+ mapped   signed_up") {
		t.Errorf("exit %d\n%s", r.code, r.out)
	}
	r = funnelcloud(t, "source", "test", broken, "--output", "json")
	var tested []testedSample
	if err := json.Unmarshal([]byte(r.out), &tested); err != nil || len(tested) != 1 || tested[0].Holds || tested[0].Differences[0].Want != "activated" {
		t.Errorf("%v: %s", err, r.out)
	}
	if _, err := checkedSources([]string{broken}, false); err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("a source whose samples fail is started: %v", err)
	}
	if _, err := checkedSources([]string{broken}, true); err != nil {
		t.Errorf("not even by force: %v", err)
	}
}

func TestWrongSources(t *testing.T) {
	wrong := writeFile(t, "wrong.yaml", "nmae: x\ntopics: [x]\nformat: xml\nfields:\n  kind: \"'track'\"\n  user_id: itme.id\n")
	wantFailure(t, exitFailed, []string{wrong + ":1: unknown key", wrong + ":3: format", wrong + ":6: field user_id"}, "source", "test", wrong)
	wantFailure(t, exitUsage, []string{"nowhere"}, "source", "test", "nowhere")
	wantFailure(t, exitUsage, []string{"no such sample"}, "source", "test", "segment", "--sample", "no such sample")
	wantFailure(t, exitUsage, []string{"xml"}, "source", "list", "--output", "xml")

	garbage := writeFile(t, "garbage.json", "{")
	wantFailure(t, exitFailed, []string{"garbage.json"}, "source", "new", garbage)
	wantFailure(t, exitFailed, []string{"1 of 1 events were refused"}, "source", "test", "segment", "--sample", garbage)
}

func TestHashesNeedASalt(t *testing.T) {
	file := writeFile(t, "hashing.yaml", "name: hashing\ntopics: [hashing]\nfields:\n  kind: \"'track'\"\n  email: item.email\npersonal_data: {hash: [email]}\n")
	t.Setenv(saltVariable, "")
	if _, err := loadSources([]string{file}); err == nil || !strings.Contains(err.Error(), saltVariable) {
		t.Errorf("got %v, want the variable named", err)
	}
	t.Setenv(saltVariable, "0123456789abcdef")
	if _, err := loadSources([]string{file}); err != nil {
		t.Error(err)
	}
}
