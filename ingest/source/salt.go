package source

import (
	"errors"
	"fmt"
	"slices"
)

// MinSalt is the least number of bytes of a salt: a short one could be found by trying.
const MinSalt = 16

// Salted gives each source the salt for its hashes. It is an error where a source hashes and the salt is too short:
// hashes without one can be undone by hashing every address there is.
func Salted(sources []*Source, salt []byte) ([]*Source, error) {
	out := make([]*Source, len(sources))
	var faults []error
	for i, s := range sources {
		if s.hashes() && len(salt) < MinSalt {
			faults = append(faults, fmt.Errorf("source %s hashes personal data: a salt of at least %d bytes is needed, %d are given", s.Name, MinSalt, len(salt)))
		}
		salted := *s
		salted.salt = salt
		out[i] = &salted
	}
	return out, errors.Join(faults...)
}

func (s *Source) hashes() bool { return s.personal != nil && s.personal.hashes() }

func (r *redaction) hashes() bool {
	if r.action == hashIt {
		return true
	}
	for _, c := range r.children {
		if c.hashes() {
			return true
		}
	}
	return false
}

// sampleSalt is the salt of samples, so that a source file can say what its hashes look like.
var sampleSalt = []byte("funnelcloud samples")

func (s *Source) withSampleSalt() *Source {
	salted, err := Salted([]*Source{s}, slices.Clone(sampleSalt))
	if err != nil { // the salt is long enough
		return s
	}
	return salted[0]
}
