-- Each unit's value of each split: what a reader may narrow the figures to. split_by names the split that is wanted, so that
-- nothing is read for the others; empty for all.
--
-- This is part of members.sql and offers.sql. It reads stages as of a run, since the conditions of members.sql are laid on the
-- view stages itself, which would then ask for itself without end; and it has no UNION, which ClickHouse refuses in conditions.
SELECT u.unit_id AS unit_id, split.1 AS split_by, split.2 AS value
FROM
(
    SELECT if({unit_kind:String} = 'person', p.person_id, p.account_id) AS unit_id, any(p.account_id) AS account_id,
        if({unit_kind:String} = 'person', any(toString(country)), '') AS country
    FROM persons AS p
    WHERE {unit_kind:String} = 'person' OR p.account_id != ''
    GROUP BY unit_id
) AS u
LEFT JOIN accounts AS a ON a.account_id = u.account_id
LEFT JOIN
(
    SELECT unit_id, upper(argMinIf(toString(stage), entered_at, stage IN ('mql', 'pql', 'cql'))) AS route, argMin(toString(origin), (entered_at, entry_no)) AS origin
    FROM stages_at(run = {run:UInt64})
    WHERE unit_kind = {unit_kind:String} AND {split_by:String} IN ('', 'first qualified by', 'origin')
    GROUP BY unit_id
) AS s ON s.unit_id = u.unit_id
LEFT JOIN
(
    SELECT if({unit_kind:String} = 'person', person_id, account_id) AS unit_id, argMin(toString(channel), (touch_ts, touch_id)) AS channel
    FROM touchpoints
    WHERE {split_by:String} IN ('', 'first channel')
    GROUP BY unit_id
) AS t ON t.unit_id = u.unit_id
ARRAY JOIN [
    ('plan', toString(a.plan)),
    ('company size', multiIf(a.employees = 0, '', a.employees < 10, 'below 10', a.employees < 50, '10 to 49', a.employees < 250, '50 to 249', a.employees < 1000, '250 to 999', '1000 and more')),
    ('first qualified by', s.route), ('origin', s.origin), ('first channel', t.channel), ('country', u.country)
] AS split
