-- What customers pay by the month at the beginning and end of each month (of the zone), and what moved it, by currency.
WITH
    months AS
    (
        SELECT
            toString(currency) AS money,
            toStartOfMonth(toTimeZone(moved_at, ${zone:sqlstring})) AS month,
            toFloat64(sum(monthly_after - monthly_before)) AS moved,
            toFloat64(sumIf(monthly_after - monthly_before, known AND movement IN ('new', 'found'))) AS new,
            toFloat64(sumIf(monthly_after - monthly_before, known AND movement = 'reactivation')) AS back,
            toFloat64(sumIf(monthly_after - monthly_before, known AND movement = 'expansion')) AS more,
            toFloat64(sumIf(monthly_after - monthly_before, known AND movement = 'contraction')) AS less,
            toFloat64(sumIf(monthly_after - monthly_before, known AND movement = 'churn')) AS gone
        FROM revenue_movements
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = ''
        GROUP BY money, month
    ),
    running AS
    (
        SELECT *, sum(moved) OVER (PARTITION BY money ORDER BY month) AS at_end, at_end - moved AS at_beginning, moved - new - back - more - less - gone AS other
        FROM months
    )
SELECT
    formatDateTime(month, '%Y-%m') AS "Month",
    money AS "Currency",
    at_beginning AS "At the beginning",
    new AS "New",
    back AS "Came back",
    more AS "Expansion",
    less AS "Contraction",
    gone AS "Churn",
    if(abs(other) < 0.005, 0, other) AS "Not compared",
    at_end AS "At the end",
    if(at_beginning <= 0, NULL, (at_beginning + more + less + gone) / at_beginning) AS "Net retention"
FROM running
WHERE month <= toDateTime($__toTime) AND addMonths(month, 1) > toDateTime($__fromTime)
ORDER BY month DESC, at_end DESC, money
