-- The history of the people that changed, as the run before left it, less what arrived in another receipt.
INSERT INTO history_by_run
    (run_id, arrived, source, event_id, kind, name, meaning, event_ts, ingested_at, anonymous_id, user_id, named_account_id,
    email, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, country, user_agent, value, currency, properties)
SELECT
    {run_id:UInt64} AS run_id, 0 AS arrived, e.source, e.event_id, kind, name, meaning, event_ts, ingested_at, anonymous_id, user_id, named_account_id,
    email, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind, country, user_agent, value, currency, properties
FROM person_events_at(run = {previous_run:UInt64}) AS e
LEFT ANTI JOIN
(
    SELECT source, event_id
    FROM known_events_by_run
    WHERE run_id = {run_id:UInt64}
      AND (source, event_id) IN (SELECT source, event_id FROM history_by_run WHERE run_id = {run_id:UInt64} AND arrived = 1)
) AS replaced ON replaced.source = e.source AND replaced.event_id = e.event_id
WHERE person_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person')
