package models

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/models/path"
)

// What goes into the file comes out of it, by part and in order, as often as it is asked for, also while more is added.
func TestOverflowFile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o, err := openOverflow()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 9))
	want := make([][]string, path.OverflowParts)
	for i := range 20_000 {
		part := random.IntN(path.OverflowParts / 2) // the other parts stay empty
		record := fmt.Sprint(i) + strings.Repeat("x", random.IntN(40))
		if i%5000 == 7 {
			record = strings.Repeat("long", overflowBlock)
		}
		if err := o.Append(part, []byte(record)); err != nil {
			t.Fatal(err)
		}
		want[part] = append(want[part], record)
		if i%10_000 == 9_999 {
			for part := range want {
				var got []string
				for record, err := range o.Records(part) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, string(record))
				}
				if diff := cmp.Diff(want[part], got); diff != "" {
					t.Fatalf("part %d: %s", part, diff)
				}
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "funnelcloud-paths-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOverflowWithoutAFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	if _, err := openOverflow(); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
}
