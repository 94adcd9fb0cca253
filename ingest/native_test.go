package ingest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/funnelcloud/funnelcloud/queries/queriestest"
)

// Dictionaries of every width come out of ClickHouse as they went in, also when they grow wider in the middle and when
// their buffers are used again.
func TestDictionariesOfEveryWidth(t *testing.T) {
	db := queriestest.Empty(t)
	statement := "CREATE TABLE words (number UInt64, word LowCardinality(String)) ENGINE = MergeTree ORDER BY number"
	if err := db.Statement(t.Context(), statement, nil); err != nil {
		t.Fatal(err)
	}
	s := &sink{conn: db.Conn()}
	var word dictionaryColumn
	number := numberColumn{kind: "UInt64"}
	for round, distinct := range []int{1, 255, 256, 257, 1000, 65_535, 65_536, 65_537, 70_000, 3} {
		word.reset()
		number.reset()
		for i := range distinct + 10 {
			word.add(fmt.Sprint("word ", i%distinct))
			number.add(int64(i))
		}
		rows := distinct + 10
		if err := s.send(t.Context(), "INSERT INTO words", blockOf(block{[]namedColumn{{"number", &number}, {"word", &word}}, rows})); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		var good, all uint64
		query := fmt.Sprintf("SELECT countIf(word = 'word ' || toString(number %% %d)), count() FROM words", distinct)
		if err := db.Conn().QueryRow(t.Context(), query).Scan(&good, &all); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal([]uint64{good, all}, []uint64{uint64(rows), uint64(rows)}) {
			t.Errorf("%d distinct words: %d of %d rows are right, want %d", distinct, good, all, rows)
		}
		if err := db.Statement(t.Context(), "TRUNCATE TABLE words", nil); err != nil {
			t.Fatal(err)
		}
	}
}

// Values are views of fetched messages, whose memory is used again for the next ones.
func TestADictionaryOutlivesTheMessages(t *testing.T) {
	var c dictionaryColumn
	memory := make([]byte, 3)
	for _, word := range []string{"one", "two", "one", "two", "six", "six", "one"} {
		copy(memory, word)
		c.add(view(memory))
	}
	if want := []byte{0, 1, 0, 1, 2, 2, 0}; !slices.Equal(c.indices, want) {
		t.Errorf("numbers %v, want %v", c.indices, want)
	}
}

// Workers fill dictionaries of their own, of any width, with words that others have or have not; in the block they are
// one, also when the insert is repeated.
func TestDictionariesOfSeveralWorkersBecomeOne(t *testing.T) {
	db := queriestest.Empty(t)
	statement := "CREATE TABLE words (number UInt64, word LowCardinality(String), worker UInt32) ENGINE = MergeTree ORDER BY number"
	if err := db.Statement(t.Context(), statement, nil); err != nil {
		t.Fatal(err)
	}
	s := &sink{conn: db.Conn()}
	const workers = 3
	var word [workers]dictionaryColumn
	var number [workers]numberColumn
	var worker [workers]smallColumn
	for _, distinct := range [][workers]int{{3, 3, 3}, {1, 0, 1}, {0, 2, 1}, {200, 100, 250}, {3, 300, 70_000}, {70_000, 3, 300}, {255, 256, 257}} {
		var pieces []block
		rows := 0
		for w, n := range distinct {
			word[w].reset()
			number[w].reset()
			worker[w].reset()
			number[w].kind = "UInt64"
			for i := range 2 * n {
				one := (i*7 + w*50) % (n + w) // words that others have too, in another order
				word[w].add(fmt.Sprint("word ", one))
				number[w].add(int64(one))
				worker[w].add(uint32(w))
			}
			rows += 2 * n
			pieces = append(pieces, block{[]namedColumn{{"number", &number[w]}, {"word", &word[w]}, {"worker", &worker[w]}}, 2 * n})
		}
		for range 2 {
			if err := s.send(t.Context(), "INSERT INTO words", blockOf(slices.Clone(pieces)...)); err != nil {
				t.Fatalf("words %v: %v", distinct, err)
			}
		}
		var good, all uint64
		if err := db.Conn().QueryRow(t.Context(), "SELECT countIf(word = 'word ' || toString(number)), count() FROM words").Scan(&good, &all); err != nil {
			t.Fatal(err)
		}
		if good != all || all != uint64(2*rows) {
			t.Errorf("words %v: %d of %d rows are right, want %d", distinct, good, all, 2*rows)
		}
		if err := db.Statement(t.Context(), "TRUNCATE TABLE words", nil); err != nil {
			t.Fatal(err)
		}
	}
}
