-- What a run that starts now reads: everything ingested so far. Clocks that run ahead must not stretch the observation,
-- so its end is no later than the last receipt.
SELECT
    max(ingested_at) AS events_until,
    least(max(event_ts), max(received_at)) AS observed_until,
    uniqExact(source, event_id) AS events
FROM events
