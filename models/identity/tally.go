package identity

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"strconv"
)

// Tally counts identities. Some can be taken out and others put in, so that a resolution of a part brings the count of the
// whole up to date.
type Tally struct {
	Identifiers, Junk, Claims, People uint64
	hash                              uint64
}

// NewTally continues a tally of which only the numbers and the version are known.
func NewTally(version string, identifiers, junk, claims, people uint64) (Tally, error) {
	hash, err := strconv.ParseUint(version, 16, 64)
	if err != nil {
		return Tally{}, fmt.Errorf("version of identities %q: want 16 hexadecimal digits", version)
	}
	return Tally{Identifiers: identifiers, Junk: junk, Claims: claims, People: people, hash: hash}, nil
}

// Version is 16 hexadecimal digits that are the same as long as every identifier belongs to the same person. It is the
// exclusive or of a hash of each identifier with its person, hence independent of their order.
func (t *Tally) Version() string { return fmt.Sprintf("%016x", t.hash) }

// Add counts identities. All those of a person must be in the sequence.
func (t *Tally) Add(identities iter.Seq[Identity]) {
	part := tallyOf(identities)
	t.Identifiers += part.Identifiers
	t.Junk += part.Junk
	t.Claims += part.Claims
	t.People += part.People
	t.hash ^= part.hash
}

// Remove takes identities out that were counted. All those of a person must be in the sequence.
func (t *Tally) Remove(identities iter.Seq[Identity]) {
	part := tallyOf(identities)
	t.Identifiers -= part.Identifiers
	t.Junk -= part.Junk
	t.Claims -= part.Claims
	t.People -= part.People
	t.hash ^= part.hash
}

func tallyOf(identities iter.Seq[Identity]) Tally {
	var t Tally
	people := map[string]bool{}
	var line []byte
	for i := range identities {
		t.Identifiers++
		t.Junk += uint64(i.Junk)
		t.Claims += uint64(i.Claims)
		people[i.PersonID] = true
		line = append(append(append(line[:0], i.IDKind...), 0), i.IDValue...)
		line = append(append(line, 0), i.PersonID...)
		sum := sha256.Sum256(line)
		t.hash ^= binary.BigEndian.Uint64(sum[:8])
	}
	t.People = uint64(len(people))
	return t
}
