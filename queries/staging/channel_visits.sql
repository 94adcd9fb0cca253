-- Channels that touched each person, or each account's members, until the win, or so far; junk left out.
SELECT t.unit_id AS unit_id, t.channel AS state, t.touch_ts AS at, w.won_at AS won_at
FROM
(
    SELECT if({unit_kind:String} = 'account', account_id, person_id) AS unit_id, channel, touch_ts, source_rank, touch_id
    FROM touchpoints_by_run
    WHERE run_id = {run_id:UInt64} AND unit_id != ''
      AND person_id NOT IN (SELECT person_id FROM persons_by_run WHERE run_id = {run_id:UInt64} AND junk_reason != '')
) AS t
LEFT JOIN
(
    SELECT unit_id, toNullable(min(entered_at)) AS won_at
    FROM stages_by_run
    WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND stage = 'won'
    GROUP BY unit_id
) AS w ON w.unit_id = t.unit_id
WHERE w.won_at IS NULL OR t.touch_ts <= w.won_at
ORDER BY unit_id, t.touch_ts, t.source_rank, t.touch_id
