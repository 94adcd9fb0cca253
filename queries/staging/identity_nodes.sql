-- Every identifier seen, with the first event that carried it, and the person it belonged to in the run that this one
-- builds on; the first event of junk is as early as it was there, since most events that carry it are other people's.
SELECT n.id_kind AS id_kind, n.id_value AS id_value, if(i.junk = 1, least(n.seen_at, i.first_seen_at), n.seen_at) AS first_seen_at, i.person_id AS was
FROM
(
    SELECT id.1 AS id_kind, id.2 AS id_value, min(event_ts) AS seen_at
    FROM
    (
        SELECT
            event_ts,
            arrayJoin([('anonymous', anonymous_id), ('user', user_id), ('email', email)]) AS id
        FROM history_of_run(run = {run_id:UInt64}, previous_run = {previous_run:UInt64}, events_until = {events_until:DateTime64(3, 'UTC')})
    )
    WHERE id.2 != ''
    GROUP BY id
) AS n
LEFT JOIN
(
    SELECT id_kind, id_value, person_id, first_seen_at, junk
    FROM person_identities_at(run = {previous_run:UInt64})
    WHERE {previous_run:UInt64} != 0
      AND id_value IN (SELECT arrayJoin([anonymous_id, user_id, email]) FROM history_by_run WHERE run_id = {run_id:UInt64})
) AS i ON i.id_kind = n.id_kind AND i.id_value = n.id_value
ORDER BY id_kind, id_value
