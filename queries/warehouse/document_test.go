package warehouse_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

var update = flag.Bool("update", false, "write docs/tables.md instead of comparing it")

func TestTheTablesAreDocumentedAsTheyAre(t *testing.T) {
	const file = "../../docs/tables.md"
	got, err := warehouse.Document(t.Context(), queriestest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/tables.md has drifted from queries/schema; write it anew with 'make generate':\n%s", diff)
	}
}
