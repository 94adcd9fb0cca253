-- How each compared model shares out the conversions of the period: to touches, to what would have happened anyway, and to
-- nothing. The same as the ledger says; but to sum its rows of all models would read every touch once a model, and what a
-- conversion has for a baseline stands with its first touch.
WITH
    (
        SELECT (count(), countIf(unattributed_reason != ''))
        FROM conversions
        WHERE $__timeFilter_ms(converted_at) AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ) AS converted,
    told AS
    (
        SELECT f.model AS model, sum(f.baseline) AS anyway
        FROM
        (
            SELECT arrayJoin([path_key, journey_key]) AS key
            FROM credited_touches
            WHERE $__timeFilter_ms(converted_at) AND position = 1
                AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        ) AS t
        INNER JOIN
        (
            SELECT key, toString(model) AS model, baseline
            FROM fitted_credit
            WHERE baseline > 0 AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
        ) AS f ON f.key = t.key
        GROUP BY f.model
    )
SELECT
    m.model AS "Model",
    converted.1 AS "Conversions",
    (converted.1 - converted.2 - told.anyway) / converted.1 AS "To touches",
    if(told.anyway = 0, NULL, told.anyway / converted.1) AS "Anyway",
    converted.2 / converted.1 AS "No touch",
    if("Anyway" IS NULL, 'shared among the touches', 'told apart') AS "What happens anyway"
FROM
(
    SELECT DISTINCT toString(model) AS model
    FROM attribution_effects
    WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model IN (${models:sqlstring})
) AS m
LEFT JOIN told ON told.model = m.model
WHERE converted.1 > 0
ORDER BY "Anyway" DESC NULLS LAST, "Model"
