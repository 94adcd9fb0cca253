-- The same for accounts: the merged events of all members.
SELECT person_id, account_id, source, event_id, kind, name, meaning, event_ts, value, currency, properties
FROM
(
    SELECT
        *,
        row_number() OVER (PARTITION BY account_id ORDER BY event_ts, source, event_id) AS nth
    FROM person_events_by_run
    WHERE run_id = {run_id:UInt64} AND account_id != ''
)
WHERE meaning != '' OR nth = 1 OR kind IN ('identify', 'group')
ORDER BY account_id, event_ts, source, event_id
