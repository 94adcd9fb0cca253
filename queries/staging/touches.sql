-- Touches by person, or by account with those of all its members; junk left out. Only those of the
-- units that the run recomputes: of people they are all in its own rows, of accounts some members' are older. Where the run
-- credits another dimension than the channel, the name in it stands beside.
-- Visits to pages of our own earn nothing, and stand among the touches to tell a conversion that has no others.
WITH
    changed AS
    (
        SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}
    ),
    excluded AS
    (
        SELECT touch_id, touch_ts, person_id
        FROM excluded_touches_at(run = {run_id:UInt64})
        WHERE reason = 'internal'
    )
SELECT
    if({unit_kind:String} = 'account', account_id, person_id) AS unit_id,
    t.touch_id AS touch_id, touch_ts, person_id, channel, named.name AS name, utm_source, utm_medium, utm_campaign, landing_page, source_rank, internal
FROM
(
    SELECT touch_id, touch_ts, person_id, account_id, channel, utm_source, utm_medium, utm_campaign, landing_page, source_rank, false AS internal
    FROM touchpoints_at(run = {run_id:UInt64})
    WHERE {previous_run:UInt64} = 0
       OR ({unit_kind:String} = 'person' AND run_id = {run_id:UInt64})
       OR ({unit_kind:String} = 'account' AND account_id IN (SELECT unit_id FROM changed))
    UNION ALL
    SELECT touch_id, touch_ts, person_id, people.account_id AS account_id, '' AS channel, '' AS utm_source, '' AS utm_medium, '' AS utm_campaign,
        '' AS landing_page, toUInt32(0) AS source_rank, true AS internal
    FROM excluded AS e
    LEFT JOIN
    (
        SELECT person_id, account_id FROM persons_at(run = {run_id:UInt64}) WHERE person_id IN (SELECT person_id FROM excluded)
    ) AS people ON people.person_id = e.person_id
) AS t
ANY LEFT JOIN
(
    SELECT touch_id, name
    FROM touch_names_at(run = {run_id:UInt64}, dimension = {dimension:String})
    WHERE {dimension:String} != 'channel'
) AS named ON named.touch_id = t.touch_id
WHERE unit_id != ''
  AND ({previous_run:UInt64} = 0 OR unit_id IN (SELECT unit_id FROM changed))
  AND person_id NOT IN (SELECT person_id FROM persons_at(run = {run_id:UInt64}) WHERE junk_reason != '')
ORDER BY unit_id, touch_ts, source_rank, touch_id
SETTINGS max_bytes_before_external_sort = 1000000000
