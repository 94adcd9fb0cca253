-- The events ingested since the run before settled that it has read all the same: what had not settled then, and what came
-- again. A join by keys reads every event there is at a third of the cost of a set of pairs.
INSERT INTO known_events_by_run
SELECT {run_id:UInt64} AS run_id, e.source AS source, e.event_id AS event_id, e.person_id AS person_id, e.ingested_at AS ingested_at
FROM person_events_at(run = {previous_run:UInt64}) AS e
INNER JOIN
(
    SELECT DISTINCT source, event_id
    FROM events
    WHERE ingested_at > {was_settled_until:DateTime64(3, 'UTC')} AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
) AS young ON young.source = e.source AND young.event_id = e.event_id
