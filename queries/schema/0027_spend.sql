-- What advertising cost, one row an ad_cost event, so that credit can be held against it.
CREATE TABLE IF NOT EXISTS spend_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    event_id String COMMENT 'The ad_cost event',
    spent_at DateTime64(3, 'UTC') COMMENT 'Day or instant that the cost is of',
    platform LowCardinality(String) COMMENT 'Name of the event, say Google Ads',
    channel LowCardinality(String) COMMENT 'Channel as the event states it, or as its source and medium say by the rules of channels; empty when neither is there',
    utm_source LowCardinality(String) COMMENT 'Source',
    utm_medium LowCardinality(String) COMMENT 'Medium',
    utm_campaign LowCardinality(String) COMMENT 'Campaign',
    cost Decimal(18, 4) COMMENT 'Money spent',
    currency LowCardinality(String) COMMENT 'Its currency'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (spent_at, event_id)
COMMENT 'Cost of advertising: all kept runs';

-- A cost that names only its campaign is of the channel that most touches of the campaign came by.
CREATE VIEW IF NOT EXISTS spend AS
WITH
    campaigns AS
    (
        SELECT utm_campaign, argMax(channel, (touches, channel)) AS channel
        FROM (SELECT utm_campaign, toString(channel) AS channel, count() AS touches FROM touchpoints WHERE utm_campaign != '' GROUP BY utm_campaign, channel)
        GROUP BY utm_campaign
    )
SELECT
    s.event_id AS event_id, s.spent_at AS spent_at, s.platform AS platform,
    multiIf(s.channel != '', toString(s.channel), c.channel != '', c.channel, '(no channel)') AS channel,
    multiIf(s.channel != '', 'stated', c.channel != '', 'campaign', 'unknown') AS channel_by,
    s.utm_source AS utm_source, s.utm_medium AS utm_medium, s.utm_campaign AS utm_campaign, s.cost AS cost, s.currency AS currency
FROM (SELECT * FROM spend_by_run WHERE run_id = (SELECT run_id FROM published_run)) AS s
LEFT JOIN campaigns AS c ON c.utm_campaign = s.utm_campaign
COMMENT 'Cost of advertising with its channel: as stated (or by its source and medium), else that of most touches of its campaign';
