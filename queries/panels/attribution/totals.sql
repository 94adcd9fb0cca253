-- What there is to credit: one row.
WITH
    converted AS
    (
        SELECT if(currency = ${currency:sqlstring}, value, 0) AS amount, unattributed_reason
        FROM conversions
        WHERE $__timeFilter_ms(converted_at)
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ),
    walked AS
    (
        SELECT channels, length(touch_ids) AS touches, days_to_convert
        FROM journeys
        WHERE outcome = 'converted' AND $__timeFilter_ms(ended_at)
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    ),
    (SELECT uniqExact(arrayJoin(channels)) FROM walked) AS channels_met,
    (SELECT if(count() = 0, NULL, avg(touches)) FROM walked) AS mean_touches,
    (SELECT if(count() = 0, NULL, quantileExactInclusive(0.5)(days_to_convert)) FROM walked) AS median_days
SELECT
    count() AS "Conversions",
    toFloat64(sum(amount)) AS "Amount",
    if(count() = 0, NULL, countIf(unattributed_reason = '') / count()) AS "Credited to a touch",
    channels_met AS "Channels",
    mean_touches AS "Touches a journey",
    median_days AS "Median days to convert"
FROM converted
