package qualify

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/funnelcloud/funnelcloud/models/yamlfile"
	"github.com/funnelcloud/funnelcloud/queries/vocabulary"
)

//go:embed definitions/*.yaml
var builtinFolder embed.FS

// File is a text of definitions, and the name that faults call it by.
type File struct {
	Name string
	Text []byte
}

// document is what a definition file may hold. Kinds that it says nothing of are left as they are elsewhere.
type document struct {
	Signals        []SignalDefinition        `yaml:"signals"`
	Score          *ScoreDefinition          `yaml:"score"`
	Bant           *BantDefinition           `yaml:"bant"`
	Qualifications []QualificationDefinition `yaml:"qualifications"`
	Conversation   *ConversationDefinition   `yaml:"conversation"`
	Stages         *StageDefinition          `yaml:"stages"`
	Requests       *RequestDefinition        `yaml:"requests"`
	Exclusions     *ExclusionDefinition      `yaml:"exclusions"`
	Samples        []SampleDefinition        `yaml:"samples"`
}

// Definitions say what qualifies whom. Use Default or Load; they are read-only afterwards and safe for concurrent
// use.
type Definitions struct {
	Signals        []SignalDefinition
	Score          ScoreDefinition
	Bant           BantDefinition
	Qualifications []QualificationDefinition
	Conversation   ConversationDefinition
	Stages         StageDefinition
	Requests       RequestDefinition
	Exclusions     ExclusionDefinition

	samples  []Sample
	listed   []Listed
	hash     string
	byName   map[string]string // hash by name of definition
	versions map[string]uint32 // by name of definition
	program  *program
	patterns *conversationProgram
}

// Named is the head of every definition. The hash of a definition covers its name, version and content.
type Named struct {
	Name    string `yaml:"name"`
	Version int    `yaml:"version"`
}

// Default returns the built-in definitions.
func Default() (*Definitions, error) { return Load() }

// Load returns the built-in definitions with those of the files in their place: what the files say of a kind (score,
// bant, qualifications, conversation, stages, requests, exclusions) replaces all that is built in of that kind; a signal
// replaces the built-in one of its name. The error holds all FileErrors.
func Load(files ...File) (*Definitions, error) {
	builtin, err := Folder(builtinFolder, "definitions")
	if err != nil {
		return nil, err
	}
	return assemble(builtin, files)
}

// Folder reads the YAML files of a folder, in the order of their names.
func Folder(folder fs.FS, name string) ([]File, error) {
	root := "."
	if _, embedded := folder.(embed.FS); embedded {
		root = name
	}
	entries, err := fs.ReadDir(folder, root)
	if err != nil {
		return nil, fmt.Errorf("read the folder of definitions %s: %w", name, err)
	}
	var files []File
	for _, entry := range entries {
		if ext := path.Ext(entry.Name()); entry.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		text, err := fs.ReadFile(folder, path.Join(root, entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read definitions: %w", err)
		}
		files = append(files, File{path.Join(name, entry.Name()), text})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("the folder of definitions %s has no .yaml file", name)
	}
	return files, nil
}

// Hash covers all definitions: it changes when anything that could change a result does.
func (d *Definitions) Hash() string { return d.hash }

// contentHash is over the parsed content, so that comments and layout don't count.
func contentHash(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("hash definition: %w", err)
	}
	return digest(text), nil
}

// digest identifies a text: 12 hexadecimal digits.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:6])
}

var (
	knownMeanings = setOf(vocabulary.Meanings)
	knownStages   = setOf(vocabulary.Stages)
)

func setOf(words []string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

type words = yamlfile.Words

func contains(list words, word string) bool { return slices.Contains(list, word) }

// FileErrorsOf are the faults that an error of this package holds; none where it is of another kind.
func FileErrorsOf(err error) FileErrors {
	var faults FileErrors
	errors.As(err, &faults)
	return faults
}

func joined(list words) string { return strings.Join(list, ", ") }
