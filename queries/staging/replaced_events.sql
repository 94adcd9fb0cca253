-- How many settled events of the run before were replaced: the same event came again with an earlier receipt.
SELECT count() AS events
FROM known_events_by_run
WHERE run_id = {run_id:UInt64} AND ingested_at <= {was_settled_until:DateTime64(3, 'UTC')}
  AND (source, event_id) IN (SELECT source, event_id FROM history_by_run WHERE run_id = {run_id:UInt64} AND arrived = 1)
