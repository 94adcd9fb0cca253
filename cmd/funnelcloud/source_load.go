package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/funnelcloud/funnelcloud/ingest/source"
)

// saltVariable names the environment variable with the salt for hashes of personal data.
const saltVariable = "FUNNELCLOUD_PERSONAL_DATA_SALT"

// loadSources are the built-in sources and those of the files and folders given, with the salt of the environment. A
// file's source replaces the built-in of its name, and takes topics from any other.
func loadSources(files []string) ([]*source.Source, error) {
	sources, err := joinSources(files)
	if err != nil {
		return nil, err
	}
	salted, err := source.Salted(sources, []byte(os.Getenv(saltVariable)))
	if err != nil {
		return nil, fmt.Errorf("%w; set %s, and keep it: with another salt people get other hashes", err, saltVariable)
	}
	return salted, nil
}

// checkedSources are loadSources whose samples hold, unless that is not to be asked.
func checkedSources(files []string, force bool) ([]*source.Source, error) {
	sources, err := loadSources(files)
	if err != nil || force {
		return sources, err
	}
	if err := source.Check(sources); err != nil {
		return nil, fmt.Errorf("%w\n'funnelcloud source test FILE' shows more; --force starts nevertheless", err)
	}
	return sources, nil
}

func joinSources(files []string) ([]*source.Source, error) {
	builtin, err := source.Builtin()
	if err != nil {
		return nil, err
	}
	var own []*source.Source
	var faults []error
	for _, file := range files {
		read, err := readSources(file)
		own, faults = append(own, read...), append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return source.Join(builtin, own)
}

// readSources reads a file, or the source files of a folder.
func readSources(path string) ([]*source.Source, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return source.Folder(os.DirFS(path), path)
	}
	s, err := readSource(path)
	if err != nil {
		return nil, err
	}
	return []*source.Source{s}, nil
}

func readSource(file string) (*source.Source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read source definition: %w", err)
	}
	return source.Parse(file, text)
}
