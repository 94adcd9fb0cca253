-- Dead letters. The key is the place in Kafka, so a redelivered message is rejected once.
CREATE TABLE IF NOT EXISTS events_rejected
(
    source      LowCardinality(String) COMMENT 'Source definition that refused the message; empty when no source claims the topic',
    topic       LowCardinality(String) COMMENT 'Kafka topic',
    partition   UInt32 COMMENT 'Kafka partition',
    offset      UInt64 COMMENT 'Kafka offset',
    item        UInt32 COMMENT 'Position within the message when it holds several events, from 0',
    reason      LowCardinality(String) COMMENT 'Machine-readable reason, e.g. invalid_json, missing_field, wrong_type, too_large, no_source',
    detail      String COMMENT 'What was wrong, where',
    key         String COMMENT 'Kafka key, raw',
    raw         String COMMENT 'The message as received, raw bytes' CODEC(ZSTD(3)),
    received_at DateTime64(3, 'UTC') COMMENT 'Timestamp of the Kafka record',
    rejected_at DateTime64(3, 'UTC') COMMENT 'When it was refused'
)
ENGINE = ReplacingMergeTree(rejected_at)
ORDER BY (topic, partition, offset, item)
COMMENT 'Messages that could not become events, with the reason and the raw bytes, for replay';
