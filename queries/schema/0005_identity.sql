-- Looked up for every event of a run, hence ordered by the identifier.
CREATE TABLE IF NOT EXISTS person_identities_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    id_kind LowCardinality(String) COMMENT 'anonymous, user or email',
    id_value String COMMENT 'The identifier',
    person_id String COMMENT 'Resolved person',
    first_seen_at DateTime64(3, 'UTC') COMMENT 'First event that carried the identifier',
    rule LowCardinality(String) COMMENT 'Edge rule that tied it to the person: self, same_event, alias, email'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (id_kind, id_value)
COMMENT 'Which identifier belongs to which person: all kept runs';

CREATE VIEW IF NOT EXISTS person_identities AS
SELECT * FROM person_identities_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Which identifier belongs to which person';

CREATE TABLE IF NOT EXISTS persons_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    person_id String COMMENT 'Resolved person; does not change when unrelated events arrive',
    account_id String COMMENT 'Account they belong to; empty when none',
    user_id String COMMENT 'First user id; empty for people never identified',
    email String COMMENT 'Last known e-mail; empty when unknown',
    country LowCardinality(String) COMMENT 'Last known country',
    junk_reason LowCardinality(String) COMMENT 'Why the person is not a real prospect: disposable_email, own_staff, test, keyboard_mash; empty otherwise',
    first_seen_at DateTime64(3, 'UTC') COMMENT 'First event',
    last_seen_at DateTime64(3, 'UTC') COMMENT 'Last event',
    events UInt64 COMMENT 'Number of events',
    identifiers UInt32 COMMENT 'Number of identifiers'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id)
COMMENT 'People, resolved over all their identifiers: all kept runs';

CREATE VIEW IF NOT EXISTS persons AS
SELECT * FROM persons_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'People, resolved over all their identifiers';

CREATE TABLE IF NOT EXISTS accounts_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    account_id String COMMENT 'Account',
    name String COMMENT 'Name, from group calls or CRM',
    members UInt32 COMMENT 'People seen in it',
    first_seen_at DateTime64(3, 'UTC') COMMENT 'First event of a member',
    last_seen_at DateTime64(3, 'UTC') COMMENT 'Last event of a member',
    plan LowCardinality(String) COMMENT 'Last known plan',
    employees UInt32 COMMENT 'Last known number of employees; 0 when unknown'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (account_id)
COMMENT 'Companies: all kept runs';

CREATE VIEW IF NOT EXISTS accounts AS
SELECT * FROM accounts_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Companies';

-- One person's history is contiguous and in order, so that every later step streams it without sorting.
-- Ties in time are broken by source, then event id: the order never depends on arrival.
CREATE TABLE IF NOT EXISTS person_events_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    person_id String COMMENT 'Resolved person',
    account_id String COMMENT 'Account of the event, else of the person; empty when none',
    event_ts DateTime64(3, 'UTC') COMMENT 'When it happened',
    source LowCardinality(String) COMMENT 'Source definition',
    event_id String COMMENT 'Event',
    kind LowCardinality(String) COMMENT 'Kind of event',
    name LowCardinality(String) COMMENT 'Name of event',
    meaning LowCardinality(String) COMMENT 'Meaning in the funnel',
    url String COMMENT 'Page address',
    referrer String COMMENT 'Referring address',
    utm_source LowCardinality(String) COMMENT 'Campaign source',
    utm_medium LowCardinality(String) COMMENT 'Campaign medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign name',
    click_id_kind LowCardinality(String) COMMENT 'Kind of click id',
    user_agent String COMMENT 'Browser or SDK',
    value Decimal(18, 4) COMMENT 'Money',
    currency LowCardinality(String) COMMENT 'Currency',
    properties String COMMENT 'The rest, JSON text'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id, event_ts, source, event_id)
COMMENT 'Every event with its person and account, in the order it happened: all kept runs';

CREATE VIEW IF NOT EXISTS person_events AS
SELECT * FROM person_events_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Every event with its person and account, in the order it happened';

CREATE TABLE IF NOT EXISTS identity_quarantine_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    a_kind LowCardinality(String) COMMENT 'Kind of the first identifier: anonymous, user or email',
    a_value String COMMENT 'The first identifier',
    b_kind LowCardinality(String) COMMENT 'Kind of the second identifier',
    b_value String COMMENT 'The second identifier',
    rule LowCardinality(String) COMMENT 'Why they were claimed to be one person: same_event, alias, email',
    at DateTime64(3, 'UTC') COMMENT 'First event that claimed it',
    reason LowCardinality(String) COMMENT 'Why it was not believed: shared_device, shared_mailbox, component_too_large, junk_identifier'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (reason, a_kind, a_value)
COMMENT 'Claims of identity that were not believed, with the reason: all kept runs';

CREATE VIEW IF NOT EXISTS identity_quarantine AS
SELECT * FROM identity_quarantine_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Claims of identity that were not believed, with the reason';
