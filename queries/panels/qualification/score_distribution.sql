-- Lead score at the end of observation, of units that were leads and not junk, by whether they have won.
WITH
    (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until,
    leads AS
    (
        SELECT unit_id, countIf(stage = 'won') > 0 AS won
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = ''
        GROUP BY unit_id
        HAVING countIf(stage != 'suspect') > 0
    ),
    scores AS
    (
        SELECT unit_id, sum(points * if(half_life_days = 0, 1, exp2(-dateDiff('second', event_ts, until) / 86400 / half_life_days))) AS score
        FROM score_ledger
        WHERE unit_kind = ${unit_kind:sqlstring}
        GROUP BY unit_id
    ),
    bands AS
    (
        SELECT least(toUInt32(floor(greatest(scores.score, 0) / 10)), 10) AS band, leads.won AS won
        FROM leads
        LEFT JOIN scores ON scores.unit_id = leads.unit_id
    )
SELECT
    if(band = 10, '100 and more', concat(toString(band * 10), '–', toString(band * 10 + 10))) AS "Lead score",
    countIf(NOT won) AS "Not won",
    countIf(won) AS "Won"
FROM bands
GROUP BY band
ORDER BY band
