-- The events that are new since the run before: what it did not read (known_events), or read in another receipt. Of all
-- receipts of an event the earliest counts, new or not: FINAL would say so too, by reading every event there is.
--
-- Receipts that the run before read stand among all others, as merges have left them. They are told by their keys alone
-- before any other column is read.
INSERT INTO history_by_run
    (run_id, arrived, source, event_id, kind, name, meaning, event_ts, ingested_at, anonymous_id, user_id, named_account_id,
    email, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, country, user_agent, value, currency, properties)
WITH known AS
(
    SELECT source, event_id, ingested_at FROM known_events_by_run WHERE run_id = {run_id:UInt64}
)
SELECT
    {run_id:UInt64} AS run_id, 1 AS arrived, source, event_id, kind, name, meaning, event_ts, ingested_at, anonymous_id, user_id, account_id,
    email, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, country, user_agent, value, currency, properties
FROM
(
    SELECT *
    FROM events
    PREWHERE ingested_at > {was_settled_until:DateTime64(3, 'UTC')} AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
        AND (source, event_id, ingested_at) NOT IN known
    ORDER BY version DESC, ingested_at DESC
    LIMIT 1 BY source, event_id
)
WHERE (source, event_id) NOT IN
(
    SELECT source, event_id -- whose receipt of before still is the earliest
    FROM events
    PREWHERE cityHash64(event_id) IN (SELECT cityHash64(event_id) FROM known)
    WHERE ingested_at <= {events_until:DateTime64(3, 'UTC')}
    GROUP BY source, event_id
    HAVING (source, event_id, argMax(ingested_at, (version, ingested_at))) IN known
)
