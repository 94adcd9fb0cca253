package models

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// job is one step of a run. It returns how many rows it read and wrote.
type job struct {
	name string
	do   func(ctx context.Context, r *run) (in, out uint64, err error)
}

// jobs are the steps in the order in which each finds what it needs. Those of one line need nothing of one another; the
// longest stands first.
func jobs() [][]job {
	return [][]job{
		{{"changes", findChanges}},
		{{"identities", resolveIdentities}},
		{{"persons", describePersons}},
		{{"person events", attachEvents}},
		{{"accounts", describeAccounts}},
		{{"stages of accounts", qualifyAccounts}, {"stages of persons", qualifyPersons}, {"touchpoints", findTouchpoints}, {"spend", recordSpend}},
		{{"attribution of persons", attributePersons}},
		{{"attribution of accounts", attributeAccounts}},
		{{"paths", drawPaths}, {"quality", judgeDefinitions}, {"restatements", restate}},
	}
}

// sideBySide is how many steps of one line run at a time. A run that computes everybody takes one after the other, each
// with the memory to itself; one that recomputes what changed needs little of it, and none of its steps keeps every core busy.
func (r *run) sideBySide() int {
	if r.row.PreviousRunID == 0 {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// steps runs the jobs and records each.
func (r *run) steps(ctx context.Context) error {
	r.report.RunID, r.report.Events = r.row.RunID, r.marks.Events
	lines := jobs()
	for _, line := range lines {
		for _, j := range line {
			r.report.Steps = append(r.report.Steps, Step{Position: uint32(len(r.report.Steps) + 1), Name: j.name})
		}
	}
	todo := r.report.Steps
	for _, line := range lines {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(r.sideBySide())
		for i, j := range line {
			group.Go(func() error { return r.step(ctx, j, &todo[i]) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		todo = todo[len(line):]
	}
	return warehouse.Insert(ctx, r.db, "run_steps", r.row.RunID, r.report.Steps)
}

// step runs a job and fills in what it did.
func (r *run) step(ctx context.Context, j job, s *Step) error {
	if err := ctx.Err(); err != nil {
		return err // a step beside it failed
	}
	s.Of = len(r.report.Steps)
	r.progress(*s)
	began := time.Now()
	in, out, err := j.do(ctx, r)
	if err != nil {
		return fmt.Errorf("step %s: %w", j.name, err)
	}
	s.RowsIn, s.RowsOut, s.Done = in, out, true
	s.Seconds, s.FinishedAt = time.Since(began).Seconds(), time.Now().UTC()
	r.o.Log.Info("step finished", "step", s.Name, "rows_in", in, "rows_out", out, "seconds", s.Seconds)
	r.progress(*s)
	return nil
}

func (r *run) progress(s Step) {
	if r.o.Progress == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.o.Progress(s)
}
