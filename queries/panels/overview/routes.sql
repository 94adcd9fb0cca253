-- Conversions and value by the route that qualified the unit first, before it converted.
WITH
    qualified AS
    (
        SELECT unit_id, toString(argMin(stage, (entered_at, indexOf(['pql', 'cql', 'mql'], stage)))) AS route, min(entered_at) AS entered
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql')
        GROUP BY unit_id
    )
SELECT
    if(qualified.unit_id != '' AND qualified.entered <= c.converted_at, upper(qualified.route), 'never qualified') AS "First qualified by",
    count() AS "Conversions",
    count() / sum(count()) OVER () AS "Share",
    toFloat64(sum(c.value)) AS "Amount"
FROM conversions AS c
LEFT JOIN qualified ON qualified.unit_id = c.unit_id
WHERE $__timeFilter_ms(c.converted_at)
    AND c.unit_kind = ${unit_kind:sqlstring} AND c.conversion_type = ${conversion_type:sqlstring}
GROUP BY "First qualified by"
ORDER BY "Conversions" DESC, "First qualified by"
