-- Credit of one model: conversions and value by channel, what no touch could be credited with included.
SELECT
    channel AS "Channel",
    sum(weight) AS "Conversions",
    sum(weight) / sum(sum(weight)) OVER () AS "Share",
    toFloat64(sumIf(credited_value, currency = ${currency:sqlstring})) AS "Amount"
FROM attribution_ledger
WHERE $__timeFilter_ms(converted_at)
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    AND model = ${model:sqlstring}
GROUP BY channel
ORDER BY "Channel" = '(unattributed)', "Conversions" DESC, "Channel"
