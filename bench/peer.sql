-- ClickHouse's own Kafka engine in its best configuration: two consumers with a thread each, large blocks, and one
-- JSONExtract into a Tuple. It fills the same columns of the same table, and does less than ingest on the way: no
-- campaign from the address, no clock correction, no rejects, no ids for events without one.
DROP TABLE IF EXISTS peer_reader;
DROP TABLE IF EXISTS peer_queue;
CREATE TABLE peer_queue (message String) ENGINE = Kafka
SETTINGS kafka_broker_list = '{{broker}}', kafka_topic_list = 'segment', kafka_group_name = '{{group}}',
    kafka_format = 'RawBLOB', kafka_num_consumers = 2, kafka_thread_per_consumer = 1, kafka_handle_error_mode = 'stream',
    kafka_max_block_size = 262144, kafka_poll_max_batch_size = 65536, kafka_flush_interval_ms = 2000;
CREATE MATERIALIZED VIEW peer_reader TO peer_events AS
WITH
    JSONExtract(message, 'Tuple(messageId String, type String, event String, timestamp String, sentAt String, userId String, anonymousId String,
        properties String, context Tuple(userAgent String, page Tuple(url String, referrer String),
        campaign Tuple(source String, medium String, name String, term String, content String), traits Tuple(email String), groupId String))') AS call,
    JSONExtract(tupleElement(call, 'properties'), 'Tuple(revenue String, currency String)') AS money,
    tupleElement(call, 'context') AS context,
    tupleElement(context, 'campaign') AS campaign
SELECT
    'segment' AS source,
    tupleElement(call, 'messageId') AS event_id,
    tupleElement(call, 'type') AS kind,
    tupleElement(call, 'event') AS name,
    transform(name, ['Feature Used', 'Invite Sent', 'Limit Reached', 'Signed Up'], ['feature_used', 'teammate_invited', 'limit_hit', 'signed_up'], '') AS meaning,
    parseDateTime64BestEffortOrZero(tupleElement(call, 'timestamp'), 3, 'UTC') AS event_ts,
    coalesce(_timestamp_ms, toDateTime64(0, 3, 'UTC')) AS received_at,
    now64(3, 'UTC') AS ingested_at,
    tupleElement(call, 'anonymousId') AS anonymous_id,
    tupleElement(call, 'userId') AS user_id,
    tupleElement(context, 'groupId') AS account_id,
    tupleElement(tupleElement(context, 'traits'), 'email') AS email,
    tupleElement(tupleElement(context, 'page'), 'url') AS url,
    tupleElement(tupleElement(context, 'page'), 'referrer') AS referrer,
    tupleElement(campaign, 'source') AS utm_source,
    tupleElement(campaign, 'medium') AS utm_medium,
    tupleElement(campaign, 'name') AS utm_campaign,
    tupleElement(campaign, 'term') AS utm_term,
    tupleElement(campaign, 'content') AS utm_content,
    tupleElement(context, 'userAgent') AS user_agent,
    toDecimal64OrZero(tupleElement(money, 'revenue'), 4) AS value,
    tupleElement(money, 'currency') AS currency,
    tupleElement(call, 'properties') AS properties,
    _topic AS topic,
    _partition AS partition,
    _offset AS offset,
    bitShiftLeft(1::UInt64, 62) - toUnixTimestamp64Milli(received_at) AS version
FROM peer_queue;
