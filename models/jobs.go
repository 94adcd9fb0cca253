package models

import "context"

// job is one step of a run. It returns how many rows it read and wrote.
type job struct {
	name string
	do   func(ctx context.Context, r *run) (in, out uint64, err error)
}

// jobs are the steps in the order in which each finds what it needs.
func jobs() []job {
	return []job{
		{"changes", findChanges},
		{"identities", resolveIdentities},
		{"persons", describePersons},
		{"person events", attachEvents},
		{"accounts", describeAccounts},
		{"touchpoints", findTouchpoints},
		{"spend", recordSpend},
		{"stages of persons", qualifyPersons},
		{"stages of accounts", qualifyAccounts},
		{"attribution of persons", attributePersons},
		{"attribution of accounts", attributeAccounts},
		{"restatements", restate},
		{"paths", drawPaths},
		{"quality", judgeDefinitions},
	}
}
