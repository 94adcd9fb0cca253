-- The people whom this run must recompute: those whom an arrived event names, or named by an earlier receipt; those whom
-- time alone changes; and what junk identifiers stand for, since their events tell of other people's identifiers too.
INSERT INTO recomputed_units_by_run
SELECT
    {run_id:UInt64} AS run_id,
    'person' AS unit_kind,
    changed.unit_id AS unit_id,
    if(latest.run_id = 0, (SELECT base_run_id FROM run_base_at(run = {previous_run:UInt64})), latest.run_id) AS replaced_run_id,
    changed.reason AS reason
FROM
(
    SELECT unit_id, argMin(reason, rank) AS reason
    FROM
    (
        SELECT person_id AS unit_id, 'new_events' AS reason, 1 AS rank
        FROM person_identities_at(run = {previous_run:UInt64})
        WHERE id_value IN
        (
            SELECT arrayJoin([anonymous_id, user_id, email]) FROM history_by_run WHERE run_id = {run_id:UInt64} AND arrived = 1
            UNION ALL
            SELECT id_value FROM arrived_identifiers_by_run WHERE run_id = {run_id:UInt64}
        )
        UNION ALL
        SELECT person_id, 'new_events', 1
        FROM known_events_by_run
        WHERE run_id = {run_id:UInt64}
          AND (source, event_id) IN (SELECT source, event_id FROM history_by_run WHERE run_id = {run_id:UInt64} AND arrived = 1)
        UNION ALL
        SELECT DISTINCT '', 'new_events', 1 -- whoever names nobody
        FROM history_by_run
        WHERE run_id = {run_id:UInt64} AND arrived = 1 AND anonymous_id = '' AND user_id = '' AND email = ''
        UNION ALL
        SELECT unit_id, 'due', 2
        FROM unit_due_at(run = {previous_run:UInt64})
        WHERE unit_kind = 'person' AND due_at <= {observed_until:DateTime64(3, 'UTC')}
        UNION ALL
        SELECT person_id, 'junk_identifier', 3
        FROM person_identities_at(run = {previous_run:UInt64})
        WHERE junk = 1
    )
    GROUP BY unit_id
) AS changed
LEFT JOIN
(
    SELECT unit_id, max(run_id) AS run_id
    FROM recomputed_units_at(run = {previous_run:UInt64})
    WHERE unit_kind = 'person'
    GROUP BY unit_id
) AS latest ON latest.unit_id = changed.unit_id
