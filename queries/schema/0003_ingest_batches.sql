-- A log of work done, not of events: a batch repeated after a crash is two rows.
CREATE TABLE IF NOT EXISTS ingest_batches
(
    topic          LowCardinality(String) COMMENT 'Kafka topic',
    partition      UInt32 COMMENT 'Kafka partition',
    first_offset   UInt64 COMMENT 'First offset of the batch',
    last_offset    UInt64 COMMENT 'Last offset of the batch',
    high_watermark UInt64 COMMENT 'Next offset the broker would assign when the batch was fetched; lag = high_watermark - last_offset - 1',
    messages       UInt64 COMMENT 'Messages read',
    events         UInt64 COMMENT 'Rows inserted into events',
    rejects        UInt64 COMMENT 'Rows inserted into events_rejected',
    bytes          UInt64 COMMENT 'Bytes of the messages'' values',
    skewed         UInt64 COMMENT 'Events whose clock was corrected by more than a minute',
    consumer       String COMMENT 'Host and process that worked',
    inserted_at    DateTime64(3, 'UTC') COMMENT 'When ClickHouse had acknowledged the batch',
    insert_seconds Float64 COMMENT 'Seconds the inserts took'
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(inserted_at)
ORDER BY (topic, partition, inserted_at)
COMMENT 'What the consumers did, one row per partition and batch';
