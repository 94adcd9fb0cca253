-- What each lead did at first: by meaning, and features by name too, the fifty that most leads use.
WITH
    early AS
    (
        SELECT unit_id, toString(meaning) AS what, toString(feature) AS feature, times_1, times_3, times_7, times_14
        FROM early_behaviours_at(run = {run_id:UInt64})
        WHERE unit_kind = {unit_kind:String}
    ),
    popular AS (SELECT feature FROM early WHERE feature != '' GROUP BY feature ORDER BY uniqExact(unit_id) DESC, feature LIMIT 50)
SELECT
    unit_id, behaviour,
    sum(times_1) AS times_1, sum(times_3) AS times_3, sum(times_7) AS times_7, sum(times_14) AS times_14
FROM early
ARRAY JOIN if(feature IN (SELECT feature FROM popular), [what, concat(what, ': ', feature)], [what]) AS behaviour
GROUP BY unit_id, behaviour
ORDER BY unit_id, behaviour
