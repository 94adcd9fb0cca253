-- Touches by person, or by account with those of all its members; junk left out.
SELECT
    if({unit_kind:String} = 'account', account_id, person_id) AS unit_id,
    touch_id, touch_ts, person_id, channel, utm_source, utm_medium, utm_campaign, landing_page, source_rank
FROM touchpoints_by_run
WHERE run_id = {run_id:UInt64} AND unit_id != ''
  AND person_id NOT IN (SELECT person_id FROM persons_by_run WHERE run_id = {run_id:UInt64} AND junk_reason != '')
ORDER BY unit_id, touch_ts, source_rank, touch_id
