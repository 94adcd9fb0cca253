-- Seconds since the last batch of events was stored: one row; no row where nothing was ever ingested.
SELECT toFloat64(dateDiff('second', max(inserted_at), now64(3, 'UTC'))) AS value
FROM ingest_batches
HAVING count() > 0
