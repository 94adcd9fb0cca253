-- What each lead did by itself within 1, 3, 7 and 14 days of its start: events by meaning, and features by name, the fifty
-- that most leads use. Sales' own acts are left out: they follow from the qualification, they don't foretell it.
WITH
    leads AS
    (
        SELECT unit_id, minIf(entered_at, stage != 'suspect') AS started_at
        FROM stages_at(run = {run_id:UInt64})
        WHERE unit_kind = {unit_kind:String} AND junk_reason = ''
        GROUP BY unit_id
        HAVING countIf(stage != 'suspect') > 0
    ),
    done AS
    (
        SELECT
            if({unit_kind:String} = 'account', account_id, person_id) AS unit_id, event_ts, toString(meaning) AS what,
            if(what = 'feature_used', JSONExtractString(properties, 'feature'), '') AS feature
        FROM person_events_at(run = {run_id:UInt64})
        WHERE unit_id != ''
          AND meaning IN ('form_submitted', 'trial_started', 'activated', 'feature_used', 'teammate_invited', 'limit_hit', 'pricing_viewed',
                          'email_clicked', 'ad_clicked', 'prompt_clicked', 'message_from_prospect', 'support_requested')
    ),
    early AS
    (
        SELECT d.unit_id AS unit_id, d.what AS what, d.feature AS feature, dateDiff('second', l.started_at, d.event_ts) / 86400. AS age
        FROM done AS d
        INNER JOIN leads AS l ON l.unit_id = d.unit_id
        WHERE d.event_ts >= l.started_at AND age <= 14
    ),
    popular AS (SELECT feature FROM early WHERE feature != '' GROUP BY feature ORDER BY uniqExact(unit_id) DESC, feature LIMIT 50)
SELECT
    unit_id, behaviour,
    countIf(age <= 1) AS times_1, countIf(age <= 3) AS times_3, countIf(age <= 7) AS times_7, count() AS times_14
FROM early
ARRAY JOIN if(feature IN (SELECT feature FROM popular), [what, concat(what, ': ', feature)], [what]) AS behaviour
GROUP BY unit_id, behaviour
ORDER BY unit_id, behaviour
