package models

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

const (
	statusRunning   = "running"
	statusPublished = "published"
	statusFailed    = "failed"

	// A run shows a sign of life every heartbeatEvery; one silent for deadAfter is taken for dead.
	heartbeatEvery = 5 * time.Second
	deadAfter      = 30 * time.Second
)

// runRow is a row of table runs.
type runRow struct {
	RunID          uint64    `ch:"run_id"`
	Token          string    `ch:"token"`
	Status         string    `ch:"status"`
	Host           string    `ch:"host"`
	Parameters     string    `ch:"parameters"`
	DefinitionHash string    `ch:"definition_hash"`
	Version        string    `ch:"version"`
	EventsUntil    time.Time `ch:"events_until"`
	ObservedFrom   time.Time `ch:"observed_from"`
	ObservedUntil  time.Time `ch:"observed_until"`
	Events         uint64    `ch:"events"`
	Error          string    `ch:"error"`
	StartedAt      time.Time `ch:"started_at"`
	UpdatedAt      time.Time `ch:"updated_at"`
	Seconds        float64   `ch:"seconds"`
	BaseRunID      uint64    `ch:"base_run_id"`
	PreviousRunID  uint64    `ch:"previous_run_id"`
	FullBecause    string    `ch:"full_because"`
	SettledUntil   time.Time `ch:"settled_until"`
	SettledEvents  uint64    `ch:"settled_events"`
}

type activeRun struct {
	RunID         uint64  `ch:"run_id"`
	Token         string  `ch:"token"`
	Host          string  `ch:"host"`
	SilentSeconds float64 `ch:"silent_seconds"`
}

type runNumber struct {
	RunID uint64 `ch:"run_id"`
}

// claim takes the next run number. ClickHouse has no compare-and-set, so a claim is written first and the others are read
// after it: of two that started together, the one whose row sorts first goes on and the other steps back.
func (r *run) claim(ctx context.Context, parameters string) error {
	if err := r.others(ctx, ""); err != nil {
		return err
	}
	last, err := warehouse.SelectAll[runNumber](ctx, r.db, "staging/last_run.sql", nil)
	if err != nil {
		return err
	}
	definitions, err := r.definitionHash()
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	r.row = runRow{
		RunID: last[0].RunID + 1, Token: rand.Text(), Host: thisProcess(), Parameters: parameters,
		DefinitionHash: definitions, Version: r.o.Version, StartedAt: now,
	}
	r.row.BaseRunID = r.row.RunID
	if err := r.record(ctx, statusRunning, ""); err != nil {
		return err
	}
	if err := r.others(ctx, r.row.Token); err != nil {
		return errors.Join(err, r.record(ctx, statusFailed, "stepped back for a run that started at the same time"))
	}
	return nil
}

// others returns ErrBusy when a live run stands before the one with our token; with no token, when there is any.
func (r *run) others(ctx context.Context, token string) error {
	active, err := warehouse.SelectAll[activeRun](ctx, r.db, "staging/active_runs.sql", nil)
	if err != nil {
		return err
	}
	for _, a := range active {
		if a.Token == token {
			return nil
		}
		if a.alive() {
			return fmt.Errorf("%w: run %d by %s showed life %.0f s ago; wait for it, or stop it and try again in %.0f s",
				ErrBusy, a.RunID, a.Host, a.SilentSeconds, deadAfter.Seconds())
		}
	}
	return nil
}

// alive says whether a run that calls itself running is. On this host the process itself can be asked.
func (a activeRun) alive() bool {
	if a.SilentSeconds > deadAfter.Seconds() {
		return false
	}
	host, number, _ := strings.Cut(a.Host, ":")
	here, _, _ := strings.Cut(thisProcess(), ":")
	pid, err := strconv.Atoi(number)
	if host != here || err != nil {
		return true
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// thisProcess is host:pid.
func thisProcess() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "localhost"
	}
	return host + ":" + strconv.Itoa(os.Getpid())
}

// record writes the run's row with a status. Publishing is this one insert.
func (r *run) record(ctx context.Context, status, problem string) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.row.Status, r.row.Error = status, problem
	r.row.UpdatedAt = time.Now().UTC()
	r.row.Seconds = r.row.UpdatedAt.Sub(r.row.StartedAt).Seconds()
	return warehouse.Insert(ctx, r.db, "runs", 0, []runRow{r.row})
}

// heartbeat shows life until the returned function is called, which waits for the last beat to end.
func (r *run) heartbeat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(heartbeatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := r.record(ctx, statusRunning, ""); err != nil {
					r.o.Log.Warn("run could not show life", "error", err)
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}

// fail marks the run as failed and removes its rows. It works on after ctx has ended: that may be why the run failed.
func (r *run) fail(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	err := fmt.Errorf("run %d failed, the last published run stands: %w", r.row.RunID, cause)
	return errors.Join(err, r.record(ctx, statusFailed, cause.Error()), r.dropRun(ctx, r.row.RunID))
}
