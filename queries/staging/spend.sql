-- Costs of advertising as their events state them. They name a campaign, not a person.
SELECT
    event_id, event_ts AS spent_at, name AS platform, JSONExtractString(properties, 'channel') AS channel,
    utm_source, utm_medium, utm_campaign, value AS cost, currency
FROM person_events_at(run = {run_id:UInt64})
WHERE kind = 'ad_cost' AND value != 0
ORDER BY spent_at, source, event_id
