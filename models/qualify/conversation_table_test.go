package qualify

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"
)

var updateLikeness = flag.Bool("update-likeness", false, "fit the weights of likeness anew instead of comparing what they were fitted to")

// The committed weights must be of the messages, concepts and code that lie beside them.
func TestLikenessTableIsOfTheTuningMessages(t *testing.T) {
	learnt := learntFrom()
	if *updateLikeness {
		file, err := train(builtinMessages(), nil).file(learnt)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("definitions/likeness.bin", file, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	_, got, err := readTable(likenessFile)
	if err != nil || got != learnt {
		t.Fatalf("fitted to %s, the messages and concepts are %s (%v): go test ./models/qualify -run LikenessTable -update-likeness", got, learnt, err)
	}
}

// learntFrom digests the tuning messages and their features, which the concepts and the code make.
func learntFrom() string {
	var all []byte
	for _, m := range builtinMessages() {
		all = append(all, m.Said...)
		for _, s := range appendFeatures(nil, ownLines(plain(m.Text).folded)) {
			all = append(all, byte(s), byte(s>>8))
		}
	}
	return digest(all)
}

func (t *likenessTable) file(learnt string) ([]byte, error) {
	head, err := json.Marshal(tableHead{learnt, t.classes, t.bias, t.unit})
	if err != nil {
		return nil, fmt.Errorf("likeness table: head: %w", err)
	}
	return append(append(head, '\n'), t.weights...), nil
}
