-- Each pair of views of who is qualified: where they agree, where they differ, and who was right.
SELECT
    concat(side_a, ' and ', side_b) AS "Views",
    sumIf(units, cell = 'both') AS "Both",
    if(sumIf(win_rate_total, cell = 'both') = 0, NULL, sumIf(win_rate, cell = 'both')) AS "Both won",
    sumIf(units, cell = 'only_a') AS "Only the first",
    if(sumIf(win_rate_total, cell = 'only_a') = 0, NULL, sumIf(win_rate, cell = 'only_a')) AS "Only first won",
    sumIf(units, cell = 'only_b') AS "Only the second",
    if(sumIf(win_rate_total, cell = 'only_b') = 0, NULL, sumIf(win_rate, cell = 'only_b')) AS "Only second won",
    if(sumIf(win_rate_total, cell = 'neither') = 0, NULL, sumIf(win_rate, cell = 'neither')) AS "Neither won",
    multiIf(
        sumIf(win_rate_total, cell = 'only_a') = 0 OR sumIf(win_rate_total, cell = 'only_b') = 0, 'too few',
        sumIf(win_rate_low, cell = 'only_a') > sumIf(win_rate_high, cell = 'only_b'), toString(side_a),
        sumIf(win_rate_low, cell = 'only_b') > sumIf(win_rate_high, cell = 'only_a'), toString(side_b),
        'can''t tell') AS "Who was right"
FROM quality_sides
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring})
GROUP BY side_a, side_b
ORDER BY side_b = 'sales' DESC, side_a, side_b
