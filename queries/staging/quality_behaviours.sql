-- What each lead did at first: by meaning, and features by name too, the fifty that most leads use.
WITH
    early AS
    (
        SELECT unit_id, toString(meaning) AS what, toString(feature) AS feature, times_1, times_3, times_7, times_14
        FROM early_behaviours_at(run = {run_id:UInt64})
        WHERE unit_kind = {unit_kind:String}
    ),
    popular AS (SELECT feature FROM early WHERE feature != '' GROUP BY feature ORDER BY count() DESC, feature LIMIT 50)
SELECT unit_id, what AS behaviour, times_1, times_3, times_7, times_14
FROM early
WHERE what != 'feature_used' -- the only one that has several rows a lead, one for each feature
UNION ALL
SELECT unit_id, 'feature_used' AS behaviour, sum(times_1), sum(times_3), sum(times_7), sum(times_14)
FROM early
WHERE what = 'feature_used'
GROUP BY unit_id
UNION ALL
SELECT unit_id, concat(what, ': ', feature) AS behaviour, times_1, times_3, times_7, times_14
FROM early
WHERE feature IN popular
