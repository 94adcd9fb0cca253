-- What a run that starts now reads: everything ingested so far. Clocks that run ahead must not stretch the observation,
-- so its end is no later than the last receipt.
--
-- A batch stamped before another may be stored after it: what was ingested in the last settle_seconds is not yet settled,
-- and the next run looks at it again. was_settled_events counts what the last run took for settled, to see if it was.
WITH (SELECT max(ingested_at) FROM events) AS latest
SELECT
    latest AS events_until,
    min(event_ts) AS observed_from,
    least(max(event_ts), max(received_at)) AS observed_until,
    count() AS events,
    greatest(latest - toIntervalSecond({settle_seconds:UInt32}), toDateTime64(0, 3, 'UTC')) AS settled_until,
    countIf(ingested_at <= settled_until) AS settled_events,
    countIf(ingested_at <= {was_settled_until:DateTime64(3, 'UTC')}) AS was_settled_events
FROM events FINAL
WHERE ingested_at <= latest
