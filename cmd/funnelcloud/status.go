package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/funnelcloud/funnelcloud/ingest"
	"github.com/funnelcloud/funnelcloud/models"
	"github.com/funnelcloud/funnelcloud/queries/warehouse"
)

// status is how things stand: what Kafka says of the consumer group, and what the tables say of ingest and batch.
type status struct {
	Now       time.Time             `json:"now"`
	Group     string                `json:"group"`
	Consumers int                   `json:"consumers"` // -1: Kafka does not say
	Topics    []topicStatus         `json:"topics"`
	Missing   []string              `json:"missing_topics"`
	Fresh     freshness             `json:"freshness"`
	Rejects   []rejectStatus        `json:"rejects"`
	Runs      []runStatus           `json:"runs"`
	Checks    []checkStatus         `json:"checks"`
	LeftOut   []models.LeftOut      `json:"left_out"`
	Lags      []ingest.PartitionLag `json:"partitions"`
}

type topicStatus struct {
	Topic      string    `ch:"topic" json:"topic"`
	Messages   uint64    `ch:"messages" json:"messages"`
	PerSecond  float64   `ch:"per_second" json:"per_second"` // over the last five minutes
	LastBatch  time.Time `ch:"last_batch" json:"last_batch,omitzero"`
	Partitions int       `json:"partitions"`
	Lag        int64     `json:"lag"`
}

type freshness struct {
	LastBatch     time.Time `ch:"last_batch" json:"last_batch,omitzero"`
	LastPublished time.Time `ch:"last_published" json:"last_published,omitzero"` // end of the published run
	EventsUntil   time.Time `ch:"events_until" json:"events_until,omitzero"`     // what was ingested up to then is in it
	Now           time.Time `ch:"now" json:"-"`
}

type rejectStatus struct {
	Source   string `ch:"source" json:"source"`
	Reason   string `ch:"reason" json:"reason"`
	LastHour uint64 `ch:"last_hour" json:"last_hour"`
	LastDay  uint64 `ch:"last_day" json:"last_day"`
	Total    uint64 `ch:"total" json:"total"`
}

type runStatus struct {
	ID      uint64    `ch:"run_id" json:"run_id"`
	Status  string    `ch:"status" json:"status"`
	Started time.Time `ch:"started_at" json:"started_at"`
	Updated time.Time `ch:"updated_at" json:"updated_at"`
	Seconds float64   `ch:"seconds" json:"seconds"`
	Events  uint64    `ch:"events" json:"events"`
	Error   string    `ch:"error" json:"error,omitempty"`

	FullBecause    string `ch:"full_because" json:"full_because,omitempty"` // why everybody was computed
	ChangedPersons uint64 `ch:"changed_persons" json:"changed_persons"`     // else: how many people were
}

type checkStatus struct {
	Check      string `ch:"check" json:"check"`
	Violations uint64 `ch:"violations" json:"violations"`
}

// statusFlags say what is asked, and what counts as ill.
type statusFlags struct {
	group          string
	files          []string
	output         string
	quiet          bool
	maxAge, maxRun time.Duration
}

func newStatus(connections *connectionFlags) *cobra.Command {
	var f statusFlags
	c := &cobra.Command{
		Use:   "status",
		Short: "Show lag, rates, refused messages, freshness, the last runs and their checks",
		Long: `Show how things stand: partitions, lag, messages stored and rate (of the last five minutes) of each topic, refused
messages, freshness, the last runs and their checks.
The exit code is 0 however large the lag is, and 1 when Kafka or ClickHouse can't be asked. With --max-age or
--max-run-age it is a health check: 1 too when nothing was stored for that long though there is lag, or when no run was
published for that long.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := validOutput(f.output); err != nil {
				return err
			}
			st, err := f.read(c.Context(), connections)
			if err != nil {
				return err
			}
			s := newScreen(f.quiet)
			switch {
			case f.quiet:
			case f.output == outputJSON:
				err = writeJSON(s, st)
			default:
				st.show(s)
			}
			return errors.Join(err, st.ill(f.maxAge, f.maxRun))
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.group, "group", "funnelcloud", "consumer group")
	flags.StringSliceVar(&f.files, "source", nil, "further source definition files or folders")
	flags.StringVar(&f.output, "output", outputTable, "table or json")
	flags.BoolVar(&f.quiet, "quiet", false, "say nothing but what is wrong")
	flags.DurationVar(&f.maxAge, "max-age", 0, "fail when the last batch was stored longer ago though there is lag")
	flags.DurationVar(&f.maxRun, "max-run-age", 0, "fail when the last run was published longer ago")
	connections.register(flags)
	return c
}

// read asks ClickHouse and Kafka. It changes nothing, not even the tables.
func (f *statusFlags) read(ctx context.Context, connections *connectionFlags) (st *status, err error) {
	sources, err := joinSources(f.files) // what is read, not how: no salt is needed
	if err != nil {
		return nil, err
	}
	brokers, err := connections.brokers()
	if err != nil {
		return nil, err
	}
	access, err := connections.access()
	if err != nil {
		return nil, err
	}
	db, err := connections.look(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	st = &status{Group: f.group}
	if err := st.readTables(ctx, db); err != nil {
		if warehouse.Code(err) == unknownTable {
			return nil, fmt.Errorf("database %s has no tables, or too old ones: run 'funnelcloud migrate': %w", db.Database(), err)
		}
		return nil, err
	}
	var topics []string
	for _, s := range sources {
		topics = append(topics, s.Topics...)
	}
	for _, t := range st.Topics {
		topics = append(topics, t.Topic)
	}
	slices.Sort(topics)
	lag, err := ingest.Lag(ctx, brokers, access, f.group, slices.Compact(topics))
	if err != nil {
		return nil, err
	}
	st.addLag(lag)
	return st, nil
}

// unknownTable is ClickHouse's code.
const unknownTable = 60

func (st *status) readTables(ctx context.Context, db *warehouse.DB) error {
	fresh, err := warehouse.SelectAll[freshness](ctx, db, "screens/status_freshness.sql", nil)
	if err == nil {
		st.Fresh, st.Now = fresh[0], fresh[0].Now
		st.Topics, err = warehouse.SelectAll[topicStatus](ctx, db, "screens/status_topics.sql", nil)
	}
	if err == nil {
		st.Rejects, err = warehouse.SelectAll[rejectStatus](ctx, db, "screens/status_rejects.sql", nil)
	}
	if err == nil {
		st.Runs, err = warehouse.SelectAll[runStatus](ctx, db, "screens/status_runs.sql", nil)
	}
	if err == nil {
		st.Checks, err = warehouse.SelectAll[checkStatus](ctx, db, "screens/status_checks.sql", nil)
	}
	if err == nil {
		st.LeftOut, err = models.ReadLeftOut(ctx, db)
	}
	for _, at := range []*time.Time{&st.Fresh.LastBatch, &st.Fresh.LastPublished, &st.Fresh.EventsUntil} {
		if at.Unix() <= 0 { // ClickHouse's maximum of nothing
			*at = time.Time{}
		}
	}
	return err
}

func (st *status) addLag(lag ingest.GroupLag) {
	st.Consumers, st.Missing, st.Lags = lag.Members, lag.Missing, lag.Partitions
	for _, p := range lag.Partitions {
		i := slices.IndexFunc(st.Topics, func(t topicStatus) bool { return t.Topic == p.Topic })
		if i < 0 {
			i = len(st.Topics)
			st.Topics = append(st.Topics, topicStatus{Topic: p.Topic})
		}
		st.Topics[i].Partitions++
		st.Topics[i].Lag += p.Lag
	}
	slices.SortFunc(st.Topics, func(a, b topicStatus) int { return strings.Compare(a.Topic, b.Topic) })
}

func (st *status) lag() (messages int64) {
	for _, p := range st.Lags {
		messages += p.Lag
	}
	return messages
}

// ill says what a health check complains of. Limits of 0 are none.
func (st *status) ill(maxAge, maxRun time.Duration) error {
	var faults []error
	if age := st.Now.Sub(st.Fresh.LastBatch); maxAge > 0 && st.lag() > 0 && age > maxAge {
		faults = append(faults, fmt.Errorf("%s messages wait, and the last batch was stored %s", thousands(st.lag()), ago(st.Now, st.Fresh.LastBatch)))
	}
	if age := st.Now.Sub(st.Fresh.LastPublished); maxRun > 0 && age > maxRun {
		faults = append(faults, fmt.Errorf("the last run was published %s", ago(st.Now, st.Fresh.LastPublished)))
	}
	return errors.Join(faults...)
}
