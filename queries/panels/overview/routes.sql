-- Conversions, their value, and open deals by the route that qualified the unit first, before it converted or the deal opened.
-- A deal is worth what the event that opened it says.
WITH
    qualified AS
    (
        SELECT unit_id, min(entered_at) AS at, upper(toString(argMin(stage, (entered_at, indexOf(['pql', 'cql', 'mql'], stage))))) AS route
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql')
        GROUP BY unit_id
    ),
    deals AS
    (
        SELECT unit_id, min(entered_at) AS since, argMin(evidence_event_ids, entered_at) AS opened_by
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'opportunity' AND left_at IS NULL AND junk_reason = '' AND entered_at <= $__toTime
        GROUP BY unit_id
    ),
    (
        SELECT mapFromArrays(groupArray(event_id), groupArray(toFloat64(value)))
        FROM person_events
        WHERE meaning = 'opportunity_created' AND value != 0 AND currency = ${currency:sqlstring} AND event_id IN (SELECT arrayJoin(opened_by) FROM deals)
    ) AS worth,
    counted AS
    (
        SELECT unit_id, converted_at AS at, 1 AS conversions, if(currency = ${currency:sqlstring}, toFloat64(value), 0.) AS amount, 0 AS deals_open, 0. AS deals_worth
        FROM conversions
        WHERE $__timeFilter_ms(converted_at)
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        UNION ALL
        SELECT unit_id, since AS at, 0 AS conversions, 0. AS amount, 1 AS deals_open, arraySum(id -> worth[id], opened_by) AS deals_worth
        FROM deals
    )
SELECT
    if(q.route != '' AND q.at <= c.at, q.route, 'never qualified') AS "First qualified by",
    sum(c.conversions) AS "Conversions",
    if(sum(sum(c.conversions)) OVER () = 0, 0, sum(c.conversions) / sum(sum(c.conversions)) OVER ()) AS "Share",
    sum(c.amount) AS "Amount",
    sum(c.deals_open) AS "Open deals",
    sum(c.deals_worth) AS "Worth"
FROM counted AS c
LEFT JOIN qualified AS q ON q.unit_id = c.unit_id
GROUP BY "First qualified by"
ORDER BY "Conversions" DESC, "First qualified by"
