-- The commonest ways, loops and all; the last row is what the first 40 leave out.
WITH
    ranked AS
    (
        SELECT *, least(row_number() OVER (ORDER BY units DESC, won DESC, variant), 41) AS line
        FROM path_variants
        WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring}
    )
SELECT
    if(line < 41, any(compressed), concat('(remaining: ', toString(count()), ' more ways)')) AS "Way",
    sum(units) AS "Units",
    sum(units) / sum(sum(units)) OVER () AS "Share",
    sum(won) AS "Won",
    sum(won) / sum(units) AS "Win rate",
    if(line < 41, toNullable(any(length)), NULL) AS "Steps",
    if(line < 41, toNullable(any(median_days)), NULL) AS "Median days",
    if(line < 41, arrayStringConcat(arraySlice(any(examples), 1, 3), ', '), '') AS "Such as"
FROM ranked
GROUP BY line
ORDER BY line
