-- Use of the product by one account, week by week (from Monday, in the zone): people who used it, and how often.
SELECT
    toDateTime(week, ${zone:sqlstring}) AS time,
    measure,
    toFloat64(if(measure = 'people', people, uses)) AS "Value"
FROM
(
    SELECT toStartOfWeek(event_ts, 1, ${zone:sqlstring}) AS week, uniqExact(person_id) AS people, count() AS uses
    FROM person_events
    WHERE account_id = ${account:sqlstring} AND meaning IN ('feature_used', 'activated', 'limit_hit', 'teammate_invited')
        AND $__timeFilter_ms(event_ts)
    GROUP BY week
)
ARRAY JOIN ['people', 'uses'] AS measure
ORDER BY time, measure
