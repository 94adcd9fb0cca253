-- The accounts that this run must recompute: those that a changed person belongs or belonged to, and those that time alone
-- changes. Of a person whom only time changed, and of what junk stands for, no event is new, hence nothing of the account.
INSERT INTO recomputed_units_by_run
WITH people AS
(
    SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person' AND reason NOT IN ('due', 'junk_identifier')
)
SELECT
    {run_id:UInt64} AS run_id,
    'account' AS unit_kind,
    changed.unit_id AS unit_id,
    if(latest.run_id = 0, (SELECT base_run_id FROM run_base_at(run = {previous_run:UInt64})), latest.run_id) AS replaced_run_id,
    changed.reason AS reason
FROM
(
    SELECT unit_id, argMin(reason, rank) AS reason
    FROM
    (
        SELECT account_id AS unit_id, 'account_changed' AS reason, 1 AS rank
        FROM person_events_at(run = {previous_run:UInt64}) WHERE person_id IN people
        UNION ALL
        SELECT account_id, 'account_changed', 1
        FROM persons_at(run = {previous_run:UInt64}) WHERE person_id IN people
        UNION ALL
        SELECT account_id, 'account_changed', 1
        FROM person_events_by_run WHERE run_id = {run_id:UInt64} AND person_id IN people
        UNION ALL
        SELECT account_id, 'account_changed', 1
        FROM persons_by_run WHERE run_id = {run_id:UInt64} AND person_id IN people
        UNION ALL
        SELECT unit_id, 'due', 2
        FROM unit_due_at(run = {previous_run:UInt64})
        WHERE unit_kind = 'account' AND due_at <= {observed_until:DateTime64(3, 'UTC')}
    )
    WHERE unit_id != ''
    GROUP BY unit_id
) AS changed
LEFT JOIN
(
    SELECT unit_id, max(run_id) AS run_id
    FROM recomputed_units_at(run = {previous_run:UInt64})
    WHERE unit_kind = 'account'
    GROUP BY unit_id
) AS latest ON latest.unit_id = changed.unit_id
