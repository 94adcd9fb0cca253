-- A run that follows another recomputes only the units that changed, and builds on a run that computed all: its base.
--
-- Tables keyed by a unit (person, account) then hold several versions of it. A row is what run R says when it was
-- written by R's base or by a run between the two, and no later run of them recomputed its unit. Each table X has two
-- views: X, what the published run says, and X_at(run = R), what R said or, while R is at work, says so far.
-- Tables of totals, and those that every run writes whole, still show the rows of one run number.
ALTER TABLE runs
    ADD COLUMN IF NOT EXISTS base_run_id UInt64 DEFAULT run_id COMMENT 'Run that computed every unit, on which this one builds; its own number when it computed all itself',
    ADD COLUMN IF NOT EXISTS previous_run_id UInt64 DEFAULT 0 COMMENT 'Published run that this one brought up to date; 0 when it computed all itself',
    ADD COLUMN IF NOT EXISTS full_because String DEFAULT '' COMMENT 'Why it computed every unit; empty when it recomputed only what changed',
    ADD COLUMN IF NOT EXISTS settled_until DateTime64(3, 'UTC') DEFAULT 0 COMMENT 'Events ingested up to here are taken for settled: the next run looks for changes after it',
    ADD COLUMN IF NOT EXISTS settled_events UInt64 DEFAULT 0 COMMENT 'Deduplicated events up to settled_until; another count later means that the past was changed';

CREATE OR REPLACE VIEW published_run AS
SELECT max(run_id) AS run_id, argMax(base_run_id, runs.run_id) AS base_run_id FROM runs FINAL WHERE status = 'published'
COMMENT 'The run that readers see, and its base; 0 when there is none';

-- What a person's identity and account were decided from: with it a run need not read the events of old again.
ALTER TABLE person_events_by_run
    ADD COLUMN IF NOT EXISTS anonymous_id String COMMENT 'Device or browser id of the event',
    ADD COLUMN IF NOT EXISTS user_id String COMMENT 'User id of the event',
    ADD COLUMN IF NOT EXISTS email String COMMENT 'E-mail address of the event',
    ADD COLUMN IF NOT EXISTS named_account_id String COMMENT 'Account that the event itself named; empty when account_id is that of the person',
    ADD COLUMN IF NOT EXISTS country LowCardinality(String) COMMENT 'Country of the event',
    ADD COLUMN IF NOT EXISTS ingested_at DateTime64(3, 'UTC') COMMENT 'When the event was inserted' CODEC(Delta, ZSTD(1));

CREATE TABLE IF NOT EXISTS recomputed_units_by_run
(
    run_id UInt64 COMMENT 'Run that recomputed the unit',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    replaced_run_id UInt64 COMMENT 'Run that had computed it last: its rows of the unit no longer hold',
    reason LowCardinality(String) COMMENT 'new_events, identity_changed, account_changed, or due: time alone changed it'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id)
COMMENT 'Units that a run recomputed since they had changed; a run that computes all names none';

CREATE TABLE IF NOT EXISTS arrived_events_by_run
(
    run_id UInt64 COMMENT 'Run that read the event',
    source LowCardinality(String) COMMENT 'Source definition',
    event_id String COMMENT 'Event',
    person_id String COMMENT 'Resolved person; empty when the event names no one'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (source, event_id)
COMMENT 'Events that a run found new since the run before it; a run that computes all names none';

CREATE TABLE IF NOT EXISTS unit_due_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    due_at DateTime64(3, 'UTC') COMMENT 'Instant at which decay, silence or a future event changes the unit if nothing else happens'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id)
COMMENT 'When a unit changes next if nothing happens: all kept runs';

CREATE OR REPLACE VIEW run_base_at AS
SELECT base_run_id FROM runs FINAL WHERE run_id = {run:UInt64} AND status != 'failed'
COMMENT 'The base of a given run';

CREATE OR REPLACE VIEW recomputed_units_at AS
SELECT * FROM recomputed_units_by_run
WHERE run_id > (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
COMMENT 'Units that the runs from the base of a given run up to it recomputed';

CREATE OR REPLACE VIEW recomputed_units AS
SELECT * FROM recomputed_units_by_run
WHERE run_id > (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
COMMENT 'Units that the runs since the base of the published one recomputed';

CREATE OR REPLACE VIEW persons_at AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'People, resolved over all their identifiers: what a given run says';

CREATE OR REPLACE VIEW persons AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'People, resolved over all their identifiers';

CREATE OR REPLACE VIEW person_events_at AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every event with its person and account, in the order it happened: what a given run says';

CREATE OR REPLACE VIEW person_events AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Every event with its person and account, in the order it happened';

CREATE OR REPLACE VIEW touchpoints_at AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Entries of sessions and other contacts that can earn credit: what a given run says';

CREATE OR REPLACE VIEW touchpoints AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Entries of sessions and other contacts that can earn credit';

CREATE OR REPLACE VIEW accounts_at AS
SELECT * FROM accounts_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('account', account_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Companies: what a given run says';

CREATE OR REPLACE VIEW accounts AS
SELECT * FROM accounts_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('account', account_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Companies';

CREATE OR REPLACE VIEW stages_at AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered: what a given run says';

CREATE OR REPLACE VIEW stages AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered';

CREATE OR REPLACE VIEW score_ledger_at AS
SELECT * FROM score_ledger_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Points a unit earned, row by row; their sum is the score: what a given run says';

CREATE OR REPLACE VIEW score_ledger AS
SELECT * FROM score_ledger_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Points a unit earned, row by row; their sum is the score';

CREATE OR REPLACE VIEW conversation_leads_at AS
SELECT * FROM conversation_leads_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Conversations in which a prospect said they intend to buy, with the quote: what a given run says';

CREATE OR REPLACE VIEW conversation_leads AS
SELECT * FROM conversation_leads_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Conversations in which a prospect said they intend to buy, with the quote';

CREATE OR REPLACE VIEW bant_answers_at AS
SELECT * FROM bant_answers_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Answers to budget, authority, need and timeline, with the score they make: what a given run says';

CREATE OR REPLACE VIEW bant_answers AS
SELECT * FROM bant_answers_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Answers to budget, authority, need and timeline, with the score they make';

CREATE OR REPLACE VIEW unit_due_at AS
SELECT * FROM unit_due_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'When a unit changes next if nothing happens: what a given run says';

CREATE OR REPLACE VIEW unit_due AS
SELECT * FROM unit_due_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'When a unit changes next if nothing happens';

-- What a run reads: every event when it computes all units; else the events that arrived, and those of the changed
-- people as the run before left them.
CREATE OR REPLACE VIEW history_of_run AS
SELECT
    multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email') AS id_kind,
    multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email) AS id_value,
    *
FROM
(
    SELECT
        account_id AS named_account_id, anonymous_id, user_id, email, country, ingested_at, event_ts, source, event_id, kind,
        name, meaning, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, user_agent, value, currency, properties
    FROM events FINAL
    WHERE {previous_run:UInt64} = 0 AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
    UNION ALL
    SELECT
        account_id AS named_account_id, anonymous_id, user_id, email, country, ingested_at, event_ts, source, event_id, kind,
        name, meaning, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, user_agent, value, currency, properties
    FROM events FINAL
    PREWHERE ingested_at > {settled_until:DateTime64(3, 'UTC')} AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
    WHERE {previous_run:UInt64} != 0
      AND (source, event_id) IN (SELECT source, event_id FROM arrived_events_by_run WHERE run_id = {run:UInt64})
    UNION ALL
    SELECT
        named_account_id, anonymous_id, user_id, email, country, ingested_at, event_ts, source, event_id, kind,
        name, meaning, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, user_agent, value, currency, properties
    FROM person_events_at(run = {previous_run:UInt64})
    WHERE {previous_run:UInt64} != 0
      AND person_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run:UInt64} AND unit_kind = 'person')
      AND (source, event_id) NOT IN (SELECT source, event_id FROM arrived_events_by_run WHERE run_id = {run:UInt64})
)
COMMENT 'What a run reads: every event, or the history of the people that changed';
