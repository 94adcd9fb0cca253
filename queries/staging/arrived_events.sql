-- The events that are new since the run before, with the person they belong to. What had not settled then is looked at
-- again, and is new if that run did not read it, or read another receipt of it.
INSERT INTO arrived_events_by_run
SELECT {run_id:UInt64} AS run_id, e.source, e.event_id, i.person_id
FROM
(
    SELECT
        source, event_id,
        multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email') AS id_kind,
        multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email) AS id_value
    FROM events FINAL
    WHERE ingested_at > {was_settled_until:DateTime64(3, 'UTC')} AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
      AND (source, event_id, ingested_at) NOT IN
      (
          SELECT source, event_id, ingested_at
          FROM person_events_at(run = {previous_run:UInt64})
          WHERE ingested_at > {was_settled_until:DateTime64(3, 'UTC')}
      )
) AS e
LEFT JOIN
(
    SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {run_id:UInt64}
) AS i ON i.id_kind = e.id_kind AND i.id_value = e.id_value
