-- Early behaviour that separates later customers from others: chosen on the earlier half of the leads, shown on the later.
-- Grafana rounds a text that is a number like a number, hence the sign before p.
SELECT
    replaceAll(toString(behaviour), '_', ' ') AS "Did",
    concat('at least ', toString(times), if(times = 1, ' time', ' times'), ' within ', toString(days), if(days = 1, ' day', ' days')) AS "How often",
    if(holds, 'yes', 'no') AS "Holds",
    phi AS "φ",
    phi_low AS "from",
    phi_high AS "to",
    did_won + did_not_win AS "Did it",
    if(did_won + did_not_win = 0, NULL, ppv) AS "Won of those",
    if(didnt_won + didnt_not_win = 0, NULL, didnt_won / (didnt_won + didnt_not_win)) AS "Won of others",
    if(p_adjusted < 0.0001, '< 0.0001', concat('= ', toString(round(p_adjusted, 4)))) AS "p, adjusted"
FROM aha
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring})
ORDER BY position
LIMIT 30
