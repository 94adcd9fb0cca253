CREATE TABLE IF NOT EXISTS touchpoints_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    touch_id String COMMENT 'Event id of the first event of the session or contact',
    person_id String COMMENT 'Person',
    account_id String COMMENT 'Account; empty when none',
    touch_ts DateTime64(3, 'UTC') COMMENT 'Start',
    touch_kind LowCardinality(String) COMMENT 'web, email, message, call, meeting, ad or in_product',
    channel LowCardinality(String) COMMENT 'Channel by GA4s default channel grouping, user rules first',
    utm_source LowCardinality(String) COMMENT 'Source',
    utm_medium LowCardinality(String) COMMENT 'Medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign',
    landing_page String COMMENT 'Path of the first page',
    referrer_host LowCardinality(String) COMMENT 'Host of the referrer',
    click_id_kind LowCardinality(String) COMMENT 'Kind of click id',
    source_rank UInt32 COMMENT 'Rank of the source that breaks ties in time',
    cost Decimal(18, 4) COMMENT 'Cost of the touch in the account currency; 0 when unknown',
    events UInt32 COMMENT 'Events of the session',
    ended_at DateTime64(3, 'UTC') COMMENT 'Last event of the session'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id, touch_ts, touch_id)
COMMENT 'Entries of sessions and other contacts that can earn credit: all kept runs';

CREATE VIEW IF NOT EXISTS touchpoints AS
SELECT * FROM touchpoints_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Entries of sessions and other contacts that can earn credit';
