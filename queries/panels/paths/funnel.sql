-- The steps of a saved funnel, with who dropped out after each.
SELECT
    if(breakdown = '', '', breakdown) AS "Of",
    if(optional, concat(step, ' (optional)'), step) AS "Step",
    units AS "Units",
    of_first AS "Of first",
    of_previous AS "Of step before",
    if(position = 1 OR units = 0, NULL, median_seconds) AS "Median time",
    if(position = 1 OR units = 0, NULL, p90_seconds) AS "90 % within",
    if(position = 1 OR units = 0, NULL, total_median_seconds) AS "From entry",
    dropped AS "Dropped after it",
    arrayStringConcat(arraySlice(dropped_units, 1, 5), ', ') AS "Such as"
FROM funnel_steps
WHERE unit_kind = ${unit_kind:sqlstring} AND funnel = ${funnel:sqlstring}
ORDER BY breakdown, position
