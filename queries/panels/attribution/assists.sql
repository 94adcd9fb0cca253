-- In how many conversions each value of the chosen dimension opened, helped on the way, closed, or was the only contact; the
-- first 200. A conversion counts once in each column. No model is involved.
WITH
    touched AS
    (
        SELECT conversion_id, position, touches, if(t.currency = ${currency:sqlstring}, toFloat64(t.value), 0) AS value, n.name AS name
        FROM credited_touches AS t
        ANY LEFT JOIN touch_names_at(run = (SELECT run_id FROM published_run), dimension = ${dimension:sqlstring}) AS n ON n.touch_id = t.touch_id
        WHERE $__timeFilter_ms(converted_at) AND t.touch_id != ''
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ),
    journeys_touched AS
    (
        SELECT name, conversion_id, any(value) AS value,
            max(position = 1 AND touches > 1) AS opened, max(position > 1 AND position < touches) AS helped,
            max(position = touches AND touches > 1) AS closed, max(touches = 1) AS alone
        FROM touched
        GROUP BY name, conversion_id
    )
SELECT
    name AS "Name",
    count() AS "Conversions",
    sum(opened) AS "Opened",
    sum(helped) AS "Helped",
    sum(closed) AS "Closed",
    sum(alone) AS "Alone",
    countIf(NOT closed AND NOT alone) AS "Only assisted",
    if(sum(closed) + sum(alone) = 0, NULL, "Only assisted" / (sum(closed) + sum(alone))) AS "Assists a close",
    sumIf(value, NOT closed AND NOT alone) AS "Amount assisted"
FROM journeys_touched
GROUP BY name
ORDER BY "Conversions" DESC, "Name"
LIMIT 200
