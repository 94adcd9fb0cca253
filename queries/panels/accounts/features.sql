-- What one account uses of the product, in the period.
SELECT
    multiIf(meaning = 'feature_used' AND JSONExtractString(properties, 'feature') != '', JSONExtractString(properties, 'feature'),
        replaceAll(toString(meaning), '_', ' ')) AS "What",
    uniqExact(person_id) AS "People",
    count() AS "Times",
    max(event_ts) AS "Last"
FROM person_events
WHERE account_id = ${account:sqlstring} AND meaning IN ('feature_used', 'activated', 'limit_hit', 'teammate_invited', 'trial_started', 'trial_ended', 'pricing_viewed')
    AND $__timeFilter_ms(event_ts)
GROUP BY "What"
ORDER BY "Times" DESC, "What"
LIMIT 50
