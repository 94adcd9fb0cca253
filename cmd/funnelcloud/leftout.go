package main

import (
	"fmt"

	"github.com/funnelcloud/funnelcloud/models"
)

func showLeftOut(s *screen, all []models.LeftOut) {
	s.title("Left out, or not believed")
	if len(all) == 0 {
		fmt.Fprintln(s.out, "Nothing.")
		return
	}
	rows := make([][]string, 0, len(all))
	for _, l := range all {
		events := ""
		if l.Events > 0 {
			events = thousands(int64(l.Events))
		}
		rows = append(rows, []string{l.What, l.Reason, thousands(int64(l.Items)), events})
	}
	s.table([]string{"what", "because", "how many>", "events>"}, rows)
}

// peopleOf tells who a run found, and what it restated of the run before.
func peopleOf(i models.IdentityVersion) string {
	text := fmt.Sprintf("%s people by %s identifiers (version %s)", thousands(int64(i.People)), thousands(int64(i.Identifiers)), i.Version)
	if i.PeopleBefore == 0 {
		return text + "."
	}
	if i.Merged+i.Split+i.Renamed+i.Gone == 0 {
		return fmt.Sprintf("%s; %s are new, the others are who they were.", text, thousands(int64(i.Appeared)))
	}
	return fmt.Sprintf("%s; of the run before's %s: %s merged, %s split, %s under another id, %s gone; %s are new.", text,
		thousands(int64(i.PeopleBefore)), thousands(int64(i.Merged)), thousands(int64(i.Split)), thousands(int64(i.Renamed)),
		thousands(int64(i.Gone)), thousands(int64(i.Appeared)))
}
