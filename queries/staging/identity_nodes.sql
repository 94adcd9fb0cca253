-- Every identifier seen, with the first event that carried it.
SELECT
    id.1 AS id_kind,
    id.2 AS id_value,
    min(event_ts) AS first_seen_at
FROM
(
    SELECT
        event_ts,
        arrayJoin([('anonymous', anonymous_id), ('user', user_id), ('email', email)]) AS id
    FROM events FINAL
    WHERE ingested_at <= {events_until:DateTime64(3, 'UTC')}
)
WHERE id.2 != ''
GROUP BY id
ORDER BY id_kind, id_value
