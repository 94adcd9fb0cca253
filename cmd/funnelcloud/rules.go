package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/models/identity"
	"github.com/funnelcloud/funnelcloud/models/qualify"
	"github.com/funnelcloud/funnelcloud/models/touch"
)

// Files in the folder of definitions that say who is one person and which touch belongs where, not who is qualified.
const (
	channelsFile = "channels.yaml"
	identityFile = "identity.yaml"
)

func isRuleFile(path string) bool {
	name := filepath.Base(path)
	return name == channelsFile || name == identityFile
}

// withoutRules leaves the files that say who is qualified.
func withoutRules(files []qualify.File) []qualify.File {
	return slices.DeleteFunc(files, func(f qualify.File) bool { return isRuleFile(f.Name) })
}

// rules are what the two files say; what is absent says the default.
type rules struct {
	channels touch.Rules
	identity identity.Options
}

// readRules reads the rule files of a folder, or the one file that path names. All that is wrong with both is told at once,
// examples that do not come out too.
func readRules(path string) (rules, error) {
	var r rules
	channels, err := ruleFile(path, channelsFile)
	if err != nil {
		return r, err
	}
	identities, err := ruleFile(path, identityFile)
	if err != nil {
		return r, err
	}
	var faults []error
	if r.channels, err = touch.ReadRules(channels.Name, channels.Text); err != nil {
		faults = append(faults, err)
	}
	for _, fault := range r.channels.Test() {
		faults = append(faults, fault)
	}
	if r.identity, err = identity.ReadOptions(identities.Name, identities.Text); err != nil {
		faults = append(faults, err)
	}
	return r, errors.Join(faults...)
}

// ruleFile reads a file of a folder; one that is not there is empty.
func ruleFile(path, name string) (qualify.File, error) {
	if path == "" || path == builtinDefinitions {
		return qualify.File{Name: name}, nil
	}
	file := filepath.Join(path, name)
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		if filepath.Base(path) != name {
			return qualify.File{Name: name}, nil
		}
		file = path
	}
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return qualify.File{}, fmt.Errorf("read %s: %w", file, err)
	}
	return qualify.File{Name: filepath.ToSlash(file), Text: text}, nil
}

// loadRules puts the rules of the folder of definitions into a run's options.
func (f *definitionFlags) loadRules(o *models.Options) error {
	r, err := readRules(f.folder)
	if err != nil {
		return err
	}
	o.Channels, o.Identity = &r.channels, r.identity
	return nil
}
