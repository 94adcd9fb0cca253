-- Pairs of identifiers that one event names together, each with the first time it did. Which pairs may merge two people
-- is decided in models/identity, not here.
WITH seen AS
(
    SELECT
        event_ts,
        anonymous_id,
        user_id,
        email,
        -- An alias names the id that somebody had before, which may have been a device's or a user's.
        if(kind = 'alias' AND anonymous_id IN (SELECT user_id FROM events WHERE user_id != ''), anonymous_id, '') AS previous_id
    FROM events FINAL
    WHERE ingested_at <= {events_until:DateTime64(3, 'UTC')}
)
SELECT
    edge.1 AS a_kind,
    edge.2 AS a_value,
    edge.3 AS b_kind,
    edge.4 AS b_value,
    edge.5 AS rule,
    min(event_ts) AS at
FROM
(
    SELECT
        event_ts,
        arrayJoin([
            ('anonymous', anonymous_id, 'user', user_id, 'same_event'),
            ('user', user_id, 'email', email, 'email'),
            ('anonymous', if(user_id = '', anonymous_id, ''), 'email', email, 'same_event'),
            ('user', previous_id, 'user', user_id, 'alias')
        ]) AS edge
    FROM seen
)
WHERE edge.2 != '' AND edge.4 != '' AND (edge.1, edge.2) != (edge.3, edge.4)
GROUP BY edge
ORDER BY at, a_kind, a_value, b_kind, b_value, rule
