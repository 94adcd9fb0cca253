-- Costs of advertising as their events state them. They name a campaign, not a person.
SELECT
    event_id, event_ts AS spent_at, name AS platform, JSONExtractString(properties, 'channel') AS channel,
    utm_source, utm_medium, utm_campaign, value AS cost, currency
FROM events FINAL
WHERE kind = 'ad_cost' AND value != 0 AND ingested_at <= {events_until:DateTime64(3, 'UTC')}
ORDER BY spent_at, source, event_id
