-- The sign-ups and the events with a value among those that this run read.
INSERT INTO conversion_events_by_run (run_id, person_id, account_id, event_ts, source, event_id, meaning, value, currency)
SELECT run_id, person_id, account_id, event_ts, source, event_id, meaning, value, currency
FROM person_events_by_run
WHERE run_id = {run_id:UInt64} AND (meaning = 'signed_up' OR value != 0)
