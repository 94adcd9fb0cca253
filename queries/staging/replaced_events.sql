-- How many settled events of the run before were replaced: the same event came again with an earlier receipt.
SELECT count() AS events
FROM person_events_at(run = {previous_run:UInt64})
WHERE ingested_at <= {was_settled_until:DateTime64(3, 'UTC')}
  AND (source, event_id) IN (SELECT source, event_id FROM history_by_run WHERE run_id = {run_id:UInt64} AND arrived = 1)
