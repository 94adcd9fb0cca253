-- Touches by account, of all its members.
SELECT account_id AS unit_id, touch_id, touch_ts, person_id, channel, utm_source, utm_medium, utm_campaign, landing_page, source_rank
FROM touchpoints_by_run
WHERE run_id = {run_id:UInt64} AND account_id != ''
ORDER BY unit_id, touch_ts, source_rank, touch_id
