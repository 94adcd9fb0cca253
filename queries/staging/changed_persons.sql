-- The people whom this run must recompute: those with new events, before or after a change of identity; those whose
-- identifiers are another person's than they were; and those whom time alone changes.
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
        FROM arrived_events_by_run
        WHERE run_id = {run_id:UInt64}
        UNION ALL
        SELECT person_id, 'new_events', 1
        FROM person_events_at(run = {previous_run:UInt64})
        WHERE (source, event_id) IN (SELECT source, event_id FROM arrived_events_by_run WHERE run_id = {run_id:UInt64})
        UNION ALL
        SELECT arrayJoin([was.person_id, now.person_id]) AS unit_id, 'identity_changed', 2
        FROM (SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {previous_run:UInt64}) AS was
        FULL OUTER JOIN (SELECT id_kind, id_value, person_id FROM person_identities_by_run WHERE run_id = {run_id:UInt64}) AS now
            ON was.id_kind = now.id_kind AND was.id_value = now.id_value
        WHERE was.person_id != now.person_id AND unit_id != ''
        UNION ALL
        SELECT unit_id, 'due', 3
        FROM unit_due_at(run = {previous_run:UInt64})
        WHERE unit_kind = 'person' AND due_at <= {observed_until:DateTime64(3, 'UTC')}
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
