-- How each compared model shares out the conversions of the period: to touches, to what would have happened anyway, and to nothing.
SELECT
    toString(model) AS "Model",
    sum(weight) AS "Conversions",
    if("Conversions" = 0, NULL, sumIf(weight, touch_id != '') / "Conversions") AS "To touches",
    if(sumIf(weight, channel = '(baseline)') = 0 OR "Conversions" = 0, NULL, sumIf(weight, channel = '(baseline)') / "Conversions") AS "Anyway",
    if("Conversions" = 0, NULL, sumIf(weight, channel = '(unattributed)') / "Conversions") AS "No touch",
    if("Anyway" IS NULL, 'shared among the touches', 'told apart') AS "What happens anyway"
FROM attribution_ledger
WHERE $__timeFilter_ms(converted_at)
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND model IN (${models:sqlstring})
GROUP BY model
ORDER BY "Anyway" DESC NULLS LAST, "Model"
