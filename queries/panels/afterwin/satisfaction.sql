-- Answers to surveys in the period by the route that qualified the customer first, with 95 % intervals: of a mean for CSAT;
-- for NPS (share of promoters, 9 and 10, less that of detractors, up to 6) of the mean of +100, 0 and −100.
WITH
    first_routes AS
    (
        SELECT unit_id, minIf(entered_at, stage = 'won') AS won_at,
            arrayFirst(r -> r.1 < won_at, arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), upper(toString(stage))), stage IN ('pql', 'cql', 'mql')))).3 AS route
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND junk_reason = '' AND stage IN ('mql', 'pql', 'cql', 'won')
        GROUP BY unit_id
        HAVING countIf(stage = 'won') > 0
    ),
    answers AS
    (
        SELECT if(${unit_kind:sqlstring} = 'account', account_id, person_id) AS unit_id, toString(survey) AS survey,
            if(survey = 'nps', multiIf(survey_score >= 9, 100, survey_score <= 6, -100, 0), survey_score) AS score
        FROM person_events
        WHERE survey IN ('csat', 'nps') AND isNotNull(survey_score) AND $__timeFilter_ms(event_ts)
    )
SELECT
    if(r.route = '', 'never qualified', r.route) AS "First qualified by",
    upper(a.survey) AS "Survey",
    count() AS "Answers",
    avg(assumeNotNull(a.score)) AS "Mean",
    if(count() < 2, NULL, greatest("Mean" - (1.959964 * sqrt(varSamp(assumeNotNull(a.score)) / count()) AS half), if(a.survey = 'nps', -100, -inf))) AS "from",
    if(count() < 2, NULL, least("Mean" + half, if(a.survey = 'nps', 100, inf))) AS "to"
FROM answers AS a
INNER JOIN first_routes AS r ON r.unit_id = a.unit_id
GROUP BY r.route, a.survey
ORDER BY "Survey", "Answers" DESC, "First qualified by"
