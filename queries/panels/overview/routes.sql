-- Conversions, their value, and open deals by the route that qualified the unit first, before it converted or the deal opened.
-- A deal is worth what the event that opened it says.
WITH
    qualified AS
    (
        SELECT unit_id,
            arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('mql', 'pql', 'cql')))[1] AS first_route,
            minIf(entered_at, stage = 'opportunity' AND left_at IS NULL AND junk_reason = '' AND entered_at <= $__toTime) AS open_since,
            argMinIf(evidence_event_ids, entered_at, stage = 'opportunity' AND left_at IS NULL AND junk_reason = '' AND entered_at <= $__toTime) AS opened_by
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql', 'opportunity')
        GROUP BY unit_id
    ),
    (
        SELECT mapFromArrays(groupArray(event_id), groupArray(toFloat64(value)))
        FROM person_events
        WHERE meaning = 'opportunity_created' AND value != 0 AND event_id IN (SELECT arrayJoin(opened_by) FROM qualified WHERE open_since > 0)
    ) AS worth,
    counted AS
    (
        SELECT if(q.first_route.3 != '' AND q.first_route.1 <= c.converted_at, q.first_route.3, 'never qualified') AS route,
            1 AS conversions, toFloat64(c.value) AS amount, 0 AS deals_open, 0. AS deals_worth
        FROM conversions AS c
        LEFT JOIN qualified AS q ON q.unit_id = c.unit_id
        WHERE $__timeFilter_ms(c.converted_at)
            AND c.unit_kind = ${unit_kind:sqlstring} AND c.conversion_type = ${conversion_type:sqlstring}
        UNION ALL
        SELECT if(first_route.3 != '' AND first_route.1 <= open_since, first_route.3, 'never qualified') AS route,
            0 AS conversions, 0. AS amount, 1 AS deals_open, arraySum(id -> worth[id], opened_by) AS deals_worth
        FROM qualified
        WHERE open_since > 0
    )
SELECT
    route AS "First qualified by",
    sum(conversions) AS "Conversions",
    if(sum(sum(conversions)) OVER () = 0, 0, sum(conversions) / sum(sum(conversions)) OVER ()) AS "Share",
    sum(amount) AS "Amount",
    sum(deals_open) AS "Open deals",
    sum(deals_worth) AS "Worth"
FROM counted
GROUP BY route
ORDER BY "Conversions" DESC, "First qualified by"
