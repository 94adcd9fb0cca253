package models

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// identify finds the person from the events as they are now: those that no run has read yet count too.
func (f *Forgotten) identify(ctx context.Context, db *warehouse.DB, who []string) error {
	options, err := lastIdentityOptions(ctx, db)
	if err != nil {
		return err
	}
	now := &run{db: db, o: Options{Identity: options}, marks: watermarks{EventsUntil: endOfTime}}
	resolved, err := now.resolve(ctx)
	if err != nil {
		return err
	}
	meant := map[string]bool{}
	for i := range resolved.Identities() {
		if slices.Contains(who, i.PersonID) || slices.Contains(who, i.IDValue) {
			meant[i.PersonID] = true
		}
	}
	if len(meant) > 1 {
		return fmt.Errorf("%d people are called %q: say which by a person id: %s", len(meant), who[0], strings.Join(slices.Sorted(maps.Keys(meant)), ", "))
	}
	for i := range resolved.Identities() {
		if meant[i.PersonID] {
			f.Identifiers = append(f.Identifiers, identifier{i.IDKind, strings.Clone(i.IDValue)})
			f.People = append(f.People, identity.PersonID(i.IDKind, i.IDValue))
		}
	}
	return f.findAccounts(ctx, db)
}

func (f *Forgotten) findAccounts(ctx context.Context, db *warehouse.DB) error {
	for people := range slices.Chunk(f.People, chunkOfDigests) {
		accounts, err := warehouse.SelectAll[struct {
			ID string `ch:"account_id"`
		}](ctx, db, "staging/forget_accounts.sql", warehouse.Params{"people": people})
		if err != nil {
			return err
		}
		for _, a := range accounts {
			f.Accounts = append(f.Accounts, strings.Clone(a.ID))
		}
	}
	slices.Sort(f.Accounts)
	f.Accounts = slices.Compact(f.Accounts)
	return nil
}

// lastIdentityOptions are those of the published run: who is one person depends on them.
func lastIdentityOptions(ctx context.Context, db *warehouse.DB) (identity.Options, error) {
	last, err := warehouse.SelectAll[struct {
		Parameters string `ch:"parameters"`
	}](ctx, db, "staging/last_parameters.sql", nil)
	if err != nil || len(last) == 0 {
		return identity.Options{}, err
	}
	var o struct {
		Identity identity.Options `json:"identity"`
	}
	if err := json.Unmarshal([]byte(last[0].Parameters), &o); err != nil {
		return identity.Options{}, fmt.Errorf("read the last run's parameters: %w", err)
	}
	return o.Identity, nil
}

// letterText is a dead letter with all it says.
type letterText struct {
	Topic     string `ch:"topic"`
	Partition uint32 `ch:"partition"`
	Offset    uint64 `ch:"offset"`
	Text      string `ch:"text"`
}

// An identifier shorter than this is found in most messages; one statement searches for so many words at once.
const (
	leastWord   = 6
	wordsAtOnce = 200
)

// findLetters finds the dead letters that mention the person, as far as plain text does: bytes that are encoded (base64,
// compressed) are not looked into.
func (f *Forgotten) findLetters(ctx context.Context, db *warehouse.DB, who []string) error {
	var words []string
	names := slices.Clone(who)
	for _, id := range f.Identifiers {
		names = append(names, id.Value)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if utf8.RuneCountInString(name) < leastWord {
			f.TooShort = append(f.TooShort, name)
			continue
		}
		words = append(words, spellings(name)...)
	}
	places := map[string]bool{}
	for some := range slices.Chunk(words, wordsAtOnce) {
		for letter, err := range warehouse.Select[letterText](ctx, db, "staging/forget_letter_candidates.sql", warehouse.Params{"words": some}) {
			if err != nil {
				return err
			}
			text := strings.ToLower(letter.Text)
			if slices.ContainsFunc(some, func(word string) bool { return mentions(text, strings.ToLower(word)) }) {
				places[letterPlace(letter)] = true
			}
		}
	}
	f.letterPlaces = slices.Sorted(maps.Keys(places))
	return nil
}

func letterPlace(l letterText) string {
	return l.Topic + "/" + strconv.FormatUint(uint64(l.Partition), 10) + "/" + strconv.FormatUint(l.Offset, 10)
}

// spellings are the ways in which messages write a text: plain, in an address, in JSON.
func spellings(text string) []string {
	quoted, err := json.Marshal(text)
	if err != nil { // a string always can be
		quoted = []byte(`""`)
	}
	all := []string{text, url.QueryEscape(text), string(quoted[1 : len(quoted)-1])}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// mentions reports whether a text holds a word that is not a part of a longer one: user-1 is not in user-12.
func mentions(text, word string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !partOfWord(before) && !partOfWord(after) {
			return true
		}
		from = at + 1
	}
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
}
