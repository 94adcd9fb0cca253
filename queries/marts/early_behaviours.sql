-- What each lead that the run computes did by itself within 1, 3, 7 and 14 days of its start: events by meaning, and
-- features by name. Sales' own acts are left out: they follow from the qualification, they don't foretell it. A run wrote
-- all events of the people whom it computes; those of an account are its members', whoever wrote them.
INSERT INTO early_behaviours_by_run
WITH
    [
        'form_submitted', 'trial_started', 'activated', 'feature_used', 'teammate_invited', 'limit_hit', 'pricing_viewed',
        'email_clicked', 'ad_clicked', 'prompt_clicked', 'message_from_prospect', 'support_requested'
    ] AS own_acts,
    leads AS
    (
        SELECT toString(unit_kind) AS unit_kind, unit_id, minIf(entered_at, stage != 'suspect') AS started_at
        FROM stages_by_run
        WHERE run_id = {run_id:UInt64} AND junk_reason = ''
        GROUP BY unit_kind, unit_id
        HAVING countIf(stage != 'suspect') > 0
    ),
    done AS
    (
        SELECT 'person' AS unit_kind, person_id AS unit_id, event_ts, meaning, feature
        FROM person_events_by_run
        WHERE run_id = {run_id:UInt64} AND meaning IN own_acts AND person_id != ''
        UNION ALL
        SELECT 'account' AS unit_kind, account_id AS unit_id, event_ts, meaning, feature
        FROM person_events_at(run = {run_id:UInt64})
        WHERE account_id IN (SELECT unit_id FROM leads WHERE unit_kind = 'account') AND meaning IN own_acts
    )
SELECT
    {run_id:UInt64} AS run_id, d.unit_kind AS unit_kind, d.unit_id AS unit_id, d.meaning AS meaning, d.feature AS feature,
    countIf(age <= 1) AS times_1, countIf(age <= 3) AS times_3, countIf(age <= 7) AS times_7, count() AS times_14
FROM
(
    SELECT unit_kind, unit_id, meaning, feature, dateDiff('second', l.started_at, d.event_ts) / 86400. AS age
    FROM done AS d
    INNER JOIN leads AS l ON l.unit_kind = d.unit_kind AND l.unit_id = d.unit_id
    WHERE d.event_ts >= l.started_at AND age <= 14
) AS d
GROUP BY unit_kind, unit_id, meaning, feature
