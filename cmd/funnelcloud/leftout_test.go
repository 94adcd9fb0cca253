package main

import (
	"testing"

	"github.com/funnelcloud/funnelcloud/models"
)

func TestPeopleOf(t *testing.T) {
	for want, i := range map[string]models.IdentityVersion{
		"3 people by 7 identifiers (version ab12).": {Version: "ab12", People: 3, Identifiers: 7, Appeared: 3},
		"3 people by 7 identifiers (version ab12); 1 are new, the others are who they were.": {
			Version: "ab12", People: 3, Identifiers: 7, Appeared: 1, PeopleBefore: 2},
		"1,000 people by 7 identifiers (version ab12); of the run before's 5: 2 merged, 1 split, 0 under another id, 1 gone; 0 are new.": {
			Version: "ab12", People: 1000, Identifiers: 7, PeopleBefore: 5, Merged: 2, Split: 1, Gone: 1},
	} {
		if got := peopleOf(i); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
