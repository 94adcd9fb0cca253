-- The events that can move a person through the stages: those with a meaning, the person's first, which makes a
-- suspect of them, and those that describe them: size and title are worth points.
SELECT person_id, account_id, source, event_id, kind, name, meaning, event_ts, value, currency, properties
FROM
(
    SELECT
        *,
        row_number() OVER (PARTITION BY person_id ORDER BY event_ts, source, event_id) AS nth
    FROM person_events_by_run
    WHERE run_id = {run_id:UInt64} AND person_id != ''
)
WHERE meaning != '' OR nth = 1 OR kind IN ('identify', 'group')
ORDER BY person_id, event_ts, source, event_id
