-- Share of the messages of the last hour that were refused: one row.
SELECT if(sum(messages) = 0, 0., sum(rejects) / sum(messages)) AS value
FROM ingest_batches
WHERE inserted_at > now64(3, 'UTC') - INTERVAL 1 HOUR
