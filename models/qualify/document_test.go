package qualify

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheDocumentsExamplesWork: the definition files shown in docs/definitions.md load together, and their sample holds.
func TestTheDocumentsExamplesWork(t *testing.T) {
	text, err := os.ReadFile("../../docs/definitions.md")
	if err != nil {
		t.Fatal(err)
	}
	var files []File
	for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if !strings.HasPrefix(block[1], "{") { // a filter alone
			files = append(files, File{Name: fmt.Sprintf("block %d", i+1), Text: []byte(block[1])})
		}
	}
	d, err := Load(files...)
	if err != nil {
		t.Fatal(err)
	}
	results, err := d.CheckSamples()
	if err != nil || len(results) != 1 || len(files) < 4 {
		t.Fatalf("%d samples in %d blocks, %v", len(results), len(files), err)
	}
	for _, x := range results[0].Differences {
		t.Errorf("%s: want %q, got %q", x.What, x.Want, x.Got)
	}
}
