-- One row per event, whoever sent it.
--
-- Ordered by (source, event_id) and nothing before it: a retried event may carry a corrected time that differs by
-- milliseconds, so any time in the key or the partition would let the same event count twice. Units and days are found
-- by scanning two narrow columns instead, which the batch does once a run.
-- `version` is larger the earlier an event was received: the first receipt stands, so a late duplicate changes nothing.
CREATE TABLE IF NOT EXISTS events
(
    source           LowCardinality(String) COMMENT 'Source definition that mapped the event, e.g. segment',
    event_id         String COMMENT 'Id given by the sender; where it gave none, a hash of the message',
    kind             LowCardinality(String) COMMENT 'track, page, screen, identify, group, alias, message, call, stage, survey, billing or ad_cost',
    name             LowCardinality(String) COMMENT 'Name in the sender''s words, e.g. Report Created',
    meaning          LowCardinality(String) COMMENT 'What the source definition says the event means in the funnel, e.g. signed_up; empty: nothing special',
    event_ts         DateTime64(3, 'UTC') COMMENT 'When it happened; corrected for clock skew by sent_at and received_at where the sender gave them' CODEC(Delta, ZSTD(1)),
    received_at      DateTime64(3, 'UTC') COMMENT 'When our side first saw it: the collector, else the Kafka record''s timestamp' CODEC(Delta, ZSTD(1)),
    ingested_at      DateTime64(3, 'UTC') COMMENT 'When the batch that holds it was inserted' CODEC(Delta, ZSTD(1)),
    anonymous_id     String COMMENT 'Device or browser id; empty when unknown',
    user_id          String COMMENT 'Id the product gave the person; empty before identification',
    account_id       String COMMENT 'Company or workspace; empty when unknown',
    email            String COMMENT 'E-mail address, lower case; empty when unknown',
    session_hint     String COMMENT 'Session id given by the sender, a hint only',
    url              String COMMENT 'Page address',
    referrer         String COMMENT 'Referring address',
    utm_source       LowCardinality(String) COMMENT 'Campaign source',
    utm_medium       LowCardinality(String) COMMENT 'Campaign medium',
    utm_campaign     LowCardinality(String) COMMENT 'Campaign name',
    utm_term         LowCardinality(String) COMMENT 'Campaign term',
    utm_content      LowCardinality(String) COMMENT 'Campaign content',
    click_id         String COMMENT 'Advertising click id found in the address',
    click_id_kind    LowCardinality(String) COMMENT 'Parameter that held the click id: gclid, fbclid, msclkid, …',
    country          LowCardinality(String) COMMENT 'ISO 3166 country, where the sender gave it',
    user_agent       String COMMENT 'Browser or SDK',
    value            Decimal(18, 4) COMMENT 'Money of the event in `currency`; 0 when there is none',
    currency         LowCardinality(String) COMMENT 'ISO 4217; empty when there is no value',
    properties       String COMMENT 'Everything else, one JSON object as text' CODEC(ZSTD(1)),
    topic            LowCardinality(String) COMMENT 'Kafka topic it came from',
    partition        UInt32 COMMENT 'Kafka partition it came from',
    offset           UInt64 COMMENT 'Kafka offset it came from' CODEC(Delta, ZSTD(1)),
    version          UInt64 COMMENT 'Milliseconds from received_at to the end of time: the earliest receipt wins' CODEC(Delta, ZSTD(1)),
    INDEX ingested_at_range ingested_at TYPE minmax GRANULARITY 4
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (source, event_id)
COMMENT 'One row per event; read events_deduplicated, since merges collapse repeats only in the background';

CREATE VIEW IF NOT EXISTS events_deduplicated AS SELECT * FROM events FINAL
COMMENT 'The events, each exactly once';
