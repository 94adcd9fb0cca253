-- A run that follows another resolves the identities of changed people alone. Identities are rows of units then, like
-- those of 0014_changed_units.sql, and a run's history is laid out once, for all steps to read.
ALTER TABLE person_identities_by_run
    ADD COLUMN IF NOT EXISTS claims UInt32 COMMENT 'Distinct claims that it and another identifier are one person''s; each claim is counted at one of the two',
    ADD COLUMN IF NOT EXISTS junk UInt8 COMMENT '1: it stands for nobody, such as null or zeros';

CREATE OR REPLACE VIEW person_identities_at AS
SELECT * FROM person_identities_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Which identifier belongs to which person: what a given run says';

CREATE OR REPLACE VIEW person_identities AS
SELECT * FROM person_identities_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Which identifier belongs to which person';

ALTER TABLE identity_quarantine_by_run
    ADD COLUMN IF NOT EXISTS a_person_id String COMMENT 'Person of the first identifier',
    ADD COLUMN IF NOT EXISTS b_person_id String COMMENT 'Person of the second identifier';

CREATE OR REPLACE VIEW identity_quarantine AS
SELECT * FROM identity_quarantine_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Claims of identity that were not believed, with the reason';

ALTER TABLE recomputed_units_by_run COMMENT COLUMN reason 'new_events, disputed_identity: a claim that was not believed ties it to one with new events, account_changed, due: time alone changed it, or junk_identifier: it stands for nobody, and its events tell of others';

DROP VIEW IF EXISTS history_of_run;
DROP TABLE IF EXISTS arrived_events_by_run;

CREATE TABLE IF NOT EXISTS history_by_run
(
    run_id UInt64 COMMENT 'Run that reads the event',
    arrived UInt8 COMMENT '1: the run before did not read it, or read another receipt of it; 0: of a person that changed',
    source LowCardinality(String) COMMENT 'Source definition',
    event_id String COMMENT 'Event',
    kind LowCardinality(String) COMMENT 'track, page, …',
    name LowCardinality(String) COMMENT 'Name in the sender''s words',
    meaning LowCardinality(String) COMMENT 'What it means in the funnel',
    event_ts DateTime64(3, 'UTC') COMMENT 'When it happened',
    ingested_at DateTime64(3, 'UTC') COMMENT 'When it was inserted',
    anonymous_id String COMMENT 'Device or browser id of the event',
    user_id String COMMENT 'User id of the event',
    named_account_id String COMMENT 'Account that the event itself named',
    email String COMMENT 'E-mail address of the event',
    url String COMMENT 'Page address',
    referrer String COMMENT 'Referring address',
    utm_source LowCardinality(String) COMMENT 'Campaign source',
    utm_medium LowCardinality(String) COMMENT 'Campaign medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign name',
    click_id_kind LowCardinality(String) COMMENT 'Parameter that held the click id',
    country LowCardinality(String) COMMENT 'Country of the event',
    user_agent String COMMENT 'Browser or SDK',
    value Decimal(18, 4) COMMENT 'Money of the event in `currency`',
    currency LowCardinality(String) COMMENT 'ISO 4217',
    properties String COMMENT 'Everything else, one JSON object as text'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (source, event_id)
COMMENT 'What a run reads that recomputes what changed, while it is at work: events that arrived, and those of changed people as the run before left them';

CREATE TABLE IF NOT EXISTS arrived_identifiers_by_run
(
    run_id UInt64 COMMENT 'Run that found it',
    id_value String COMMENT 'Identifier of any kind that an arrived event names, or identity.yaml'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY id_value
COMMENT 'Identifiers whose people a run must look at anew, while it is at work';

CREATE VIEW IF NOT EXISTS history_of_run AS
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
        named_account_id, anonymous_id, user_id, email, country, ingested_at, event_ts, source, event_id, kind,
        name, meaning, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, user_agent, value, currency, properties
    FROM history_by_run
    WHERE {previous_run:UInt64} != 0 AND run_id = {run:UInt64}
)
COMMENT 'What a run reads: every event, or the history of the people that changed';
