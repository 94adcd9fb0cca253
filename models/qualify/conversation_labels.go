package qualify

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/quality"
)

//go:embed definitions/messages.tsv
var labelledMessages []byte

// blindMessages are kept apart, with the rule for them at their head: nobody tunes on them.
//
//go:embed definitions/messages_blind.tsv
var blindMessages []byte

// inboxMessages are in the manner of real inboxes, and kept apart likewise.
//
//go:embed definitions/messages_inbox.tsv
var inboxMessages []byte

// Reading is what one message of a prospect says, by the conversation definition.
type Reading struct {
	Level      int8    // 1 to 3: intent; −1: a negative reason; 0: nothing of buying
	Confidence float64 // of the rule, 0 to 1
	Rule       string
	Negative   string // support, spam, student, job_seeker, journalist or competitor; empty otherwise
	Why        string // the stated use or problem, in the prospect's words
	Qualifies  bool   // by itself it makes a CQL
}

// Read judges one message by itself.
func (d *Definitions) Read(message string) Reading {
	v := d.read(message)
	return Reading{v.level, v.confidence, v.rule, v.negative, v.why, v.level > 0 && v.level >= d.Conversation.MinLevel}
}

// tuningSplit is the part of the labelled messages that rules may be mended by and that likeness learns from.
const tuningSplit = "tuning"

// Classes of messages beside the negative reasons.
const (
	ClassIntent   = "intent"   // wants to buy, or asks for price, terms or sales: qualifies
	ClassInterest = "interest" // looks around
	ClassNone     = "none"
)

// Class is the reading in one word: intent, interest, none or the negative reason.
func (r Reading) Class() string {
	switch {
	case r.Qualifies:
		return ClassIntent
	case r.Level > 0:
		return ClassInterest
	case r.Negative != "":
		return r.Negative
	default:
		return ClassNone
	}
}

// LabelledMessage is a message of a prospect and what a person says of it.
type LabelledMessage struct {
	Split    string // tuning: rules may be mended by it; test: only measured; blind, inbox: nobody has looked at what is misread in it
	Language string
	Said     string // a class
	Text     string
}

// Labelled are the messages that come with the program, half English and half Spanish, of all splits.
func Labelled() ([]LabelledMessage, error) {
	var all []LabelledMessage
	for _, file := range [][]byte{labelledMessages, blindMessages, inboxMessages} {
		messages, err := ParseLabelled(file)
		if err != nil {
			return nil, err
		}
		all = append(all, messages...)
	}
	return all, nil
}

// ParseLabelled reads tab-separated lines of split, language, said and text beneath a line that names them. Lines that start
// with # are remarks; \n within a text ends a line of it. Faults name their lines, all at once.
func ParseLabelled(text []byte) ([]LabelledMessage, error) {
	var all []LabelledMessage
	var faults []error
	named := false
	for i, line := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		fields := strings.Split(strings.TrimSuffix(line, "\r"), "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case !named && strings.Join(fields, "\t") != "split\tlanguage\tsaid\ttext":
			return nil, fmt.Errorf("labelled messages: line %d: want the names split, language, said and text, with tabs between, not %q", i+1, line)
		case !named:
			named = true
		case len(fields) != 4 || fields[2] == "" || fields[3] == "":
			faults = append(faults, fmt.Errorf("labelled messages: line %d: want split, language, said and text, with tabs between: %q", i+1, line))
		default:
			all = append(all, LabelledMessage{fields[0], fields[1], fields[2], strings.ReplaceAll(fields[3], `\n`, "\n")})
		}
	}
	return all, errors.Join(faults...)
}

// Misreading is a message that the definition puts into another class than a person did.
type Misreading struct {
	LabelledMessage
	Heard string
}

// Agreement holds the conversation definition against people. split and language narrow the messages; empty takes all.
func (d *Definitions) Agreement(messages []LabelledMessage, split, language string) quality.Agreement {
	classes, _ := d.judgements(messages, split, language)
	return quality.Agree(classes)
}

// Agreements are those of one split: over all classes, of intent or not, and both by language.
type Agreements struct {
	quality.Agreement
	Intent    quality.Agreement    `json:"intent_or_not"` // classes yes and no
	Languages []LanguageAgreements `json:"languages"`
}

// LanguageAgreements are those of the messages in one language.
type LanguageAgreements struct {
	Language string            `json:"language"`
	Classes  quality.Agreement `json:"all_classes"`
	Intent   quality.Agreement `json:"intent_or_not"`
}

// Agreements holds the definition against people, with intervals of κ.
func (d *Definitions) Agreements(messages []LabelledMessage, split string) Agreements {
	classes, intent := d.judgements(messages, split, "")
	all := Agreements{Agreement: quality.AgreeWithin(classes), Intent: quality.AgreeWithin(intent)}
	languages := map[string]bool{}
	for _, m := range messages {
		languages[m.Language] = languages[m.Language] || m.of(split, "")
	}
	for _, language := range slices.Sorted(maps.Keys(languages)) {
		if classes, intent := d.judgements(messages, split, language); len(classes) > 0 {
			all.Languages = append(all.Languages, LanguageAgreements{language, quality.AgreeWithin(classes), quality.AgreeWithin(intent)})
		}
	}
	return all
}

// judgements are by class, and by intent or not.
func (d *Definitions) judgements(messages []LabelledMessage, split, language string) (classes, intent []quality.Judgement) {
	for _, m := range messages {
		if m.of(split, language) {
			heard := d.Read(m.Text).Class()
			classes = append(classes, quality.Judgement{Said: m.Said, Predicted: heard})
			intent = append(intent, quality.Judgement{Said: isIntent(m.Said), Predicted: isIntent(heard)})
		}
	}
	return classes, intent
}

func isIntent(class string) string {
	if class == ClassIntent {
		return "yes"
	}
	return "no"
}

// Misread are the messages of a split on which the definition and people differ, in their order.
func (d *Definitions) Misread(messages []LabelledMessage, split string) []Misreading {
	var all []Misreading
	for _, m := range messages {
		if heard := d.Read(m.Text).Class(); m.of(split, "") && heard != m.Said {
			all = append(all, Misreading{m, heard})
		}
	}
	return all
}

func (m *LabelledMessage) of(split, language string) bool {
	return (split == "" || m.Split == split) && (language == "" || m.Language == language)
}
