package main

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a browser prints: pictures at the end of the page, and their number when it has finished.
func TestPicturesAreTakenOutOfThePage(t *testing.T) {
	image := func(name, text string) string {
		return `<img data-picture="` + name + `" alt="Who &amp; why?" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString([]byte(text)) + `">`
	}
	both := image("credit-1", "one") + image("paths-2", "two")
	folder := t.TempDir()
	all, err := savePictures([]byte(`<body class="x" data-pictures="2"><figure></figure>`+both+`</body>`), folder)
	if err != nil || len(all) != 2 || all[1] != (chartPicture{"paths-2.png", "Who & why?"}) {
		t.Fatalf("%v, %v", all, err)
	}
	if text, err := os.ReadFile(filepath.Join(folder, "paths-2.png")); err != nil || string(text) != "two" {
		t.Errorf("the picture holds %q: %v", text, err)
	}
	for name, page := range map[string]string{
		"unfinished": `<body>` + both, "fewer than said": `<body data-pictures="3">` + both, "nothing": "",
		"no base64": `<body data-pictures="1"><img data-picture="a-1" alt="" src="data:image/png;base64,%%%">`,
	} {
		if _, err := savePictures([]byte(page), t.TempDir()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Without a browser the command says what to do, before it asks ClickHouse for anything.
func TestPicturesNeedABrowser(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv(browserVariable, "")
	c := newReport(&connectionFlags{})
	c.SetArgs([]string{"--png", t.TempDir(), "--out", filepath.Join(t.TempDir(), "report.html")})
	c.SilenceErrors, c.SilenceUsage = true, true
	if err := c.ExecuteContext(t.Context()); !errors.Is(err, errNoBrowser) || !strings.Contains(err.Error(), "apt-get install chromium") {
		t.Errorf("error %v", err)
	}
	t.Setenv(browserVariable, "/no/such/browser")
	if _, err := findBrowser(); err == nil || !strings.Contains(err.Error(), browserVariable) {
		t.Errorf("error %v, want one that names the variable", err)
	}
}
