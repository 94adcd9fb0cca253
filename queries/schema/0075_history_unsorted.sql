-- What a run reads again is read once, from end to end: to sort what is written costs more than it spares.
DROP TABLE IF EXISTS history_by_run;

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
ORDER BY tuple()
COMMENT 'What a run reads that recomputes what changed, while it is at work: events that arrived, and those of changed people as the run before left them';
