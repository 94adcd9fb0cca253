package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// browserVariable names the browser, where it isn't on the path.
const browserVariable = "FUNNELCLOUD_BROWSER"

// browsers are the names under which Chromium and its kin are installed.
var browsers = []string{
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "brave-browser",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
}

// errNoBrowser says what to do where there is none.
var errNoBrowser = errors.New("no Chromium, Chrome or Edge found, which draws the pictures: install one (Debian: apt-get install chromium), name it in " +
	browserVariable + ", or open the report in any browser and use the button PNG beside a chart")

func findBrowser() (string, error) {
	if name := os.Getenv(browserVariable); name != "" {
		found, err := exec.LookPath(name)
		if err != nil {
			return "", fmt.Errorf("%s: %w", browserVariable, err)
		}
		return found, nil
	}
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", errNoBrowser
}

// chartPicture is a chart of a report as a PNG file.
type chartPicture struct{ name, title string }

// writePictures saves each chart of a report's file as a picture of its own in a folder, named by the figure. The charts are drawn by
// the report's own script in a headless browser, which prints the page with its pictures in it.
func writePictures(ctx context.Context, browser, report, folder string) ([]chartPicture, error) {
	page, err := openReport(ctx, browser, report)
	if err != nil {
		return nil, fmt.Errorf("draw pictures: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("draw pictures: %w", err)
	}
	return savePictures(page, folder)
}

var (
	drawnPicture = regexp.MustCompile(`<img data-picture="([\w-]+)" alt="([^"]*)" src="data:image/png;base64,([^"]*)">`)
	allDrawn     = regexp.MustCompile(`<body[^>]* data-pictures="(\d+)"`)
)

// savePictures takes the pictures out of the text of a page, which says how many it has.
func savePictures(page []byte, folder string) ([]chartPicture, error) {
	var all []chartPicture
	for _, m := range drawnPicture.FindAllSubmatch(page, -1) {
		p := chartPicture{name: string(m[1]) + ".png", title: html.UnescapeString(string(m[2]))}
		drawn, err := base64.StdEncoding.DecodeString(string(m[3]))
		if err != nil {
			return nil, fmt.Errorf("read picture %s: %w", p.name, err)
		}
		if err := replaceFile(filepath.Join(folder, p.name), func(w io.Writer) error { _, err := w.Write(drawn); return err }); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if m := allDrawn.FindSubmatch(page); m == nil || string(m[1]) != fmt.Sprint(len(all)) {
		return nil, fmt.Errorf("the browser drew %d pictures and did not finish: try again, or use the button PNG beside a chart", len(all))
	}
	return all, nil
}

// browserPatience is how long a browser may take, on a busy machine.
const browserPatience = 3 * time.Minute

// openReport returns the text of the report's page when its pictures are drawn.
func openReport(ctx context.Context, browser, report string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, browserPatience)
	defer cancel()
	full, err := filepath.Abs(report)
	if err != nil {
		return nil, err
	}
	profile, err := os.MkdirTemp("", "funnelcloud-browser-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(profile) }() // a browser that is still closing may hold a file; the system clears it
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(full), Fragment: "pictures"}
	arguments := []string{"--headless", "--disable-gpu", "--no-first-run", "--user-data-dir=" + profile, "--window-size=1280,900",
		"--virtual-time-budget=60000", "--dump-dom"}
	if runtime.GOOS == "linux" && os.Geteuid() == 0 {
		arguments = append(arguments, "--no-sandbox") // which root can't have; the page is our own and asks no network
	}
	command := exec.CommandContext(ctx, browser, append(arguments, address.String())...)
	var out, complaint bytes.Buffer
	command.Stdout, command.Stderr = &out, &complaint
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", browser, errors.Join(ctx.Err(), err), lastLine(complaint.String()))
	}
	return out.Bytes(), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
