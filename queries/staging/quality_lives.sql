-- The leads of one kind of unit, by id, with what became of them: wins, churn, money, satisfaction. A lead is a unit that
-- entered any stage beyond suspect.
--
-- Money: subscriptions first; who has none paid by the opportunity won. What a last payment pays for is not written on
-- it: it is taken to last as long as the one before it, and at least until the cancellation or the end of observation.
-- Cost: what was spent on a campaign in a month is spread evenly over the touches it brought that month, as far as source
-- and medium of the spend say. A unit's cost is that of its touches up to its win. Sums are of decimals: they must not depend
-- on the order of rows.
WITH
    history AS
    (
        SELECT
            unit_id,
            minIf(entered_at, stage != 'suspect') AS started_at,
            minOrNullIf(entered_at, stage = 'won') AS converted_at,
            arraySort(groupArrayIf((entered_at, indexOf(['pql', 'cql', 'mql'], stage), toString(stage)), stage IN ('mql', 'pql', 'cql'))) AS routes,
            arraySort(groupArrayIf(entered_at, stage = 'churned')) AS churns
        FROM stages_at(run = {run_id:UInt64})
        WHERE unit_kind = {unit_kind:String} AND junk_reason = ''
        GROUP BY unit_id
        HAVING countIf(stage != 'suspect') > 0
    ),
    leads AS
    (
        SELECT
            unit_id, started_at, converted_at,
            arrayFirstOrNull(c -> c >= converted_at, churns) AS churned_at,
            arrayFilter(r -> isNull(converted_at) OR r.1 < converted_at, routes)[1] AS first_route
        FROM history
    ),
    happenings AS
    (
        SELECT
            if({unit_kind:String} = 'account', account_id, person_id) AS unit_id, event_ts, toString(meaning) AS what, value AS amount,
            survey, survey_score AS score
        FROM person_events_at(run = {run_id:UInt64})
        WHERE unit_id != ''
          AND meaning IN ('subscription_started', 'subscription_renewed', 'subscription_upgraded', 'subscription_cancelled', 'opportunity_won', 'survey_answered')
    ),
    happened AS
    (
        SELECT
            unit_id,
            sumIf(amount, startsWith(what, 'subscription_')) AS subscribed,
            sumIf(amount, what = 'opportunity_won') AS contracted,
            minOrNullIf(event_ts, what = 'opportunity_won') AS contracted_at,
            arraySort(groupArrayIf(event_ts, what IN ('subscription_started', 'subscription_renewed') AND amount > 0)) AS payments,
            if(length(payments) > 1, dateDiff('second', payments[-2], payments[-1]), 0) AS last_term,
            maxIf(event_ts, what = 'subscription_cancelled') AS cancelled_at,
            if(cancelled_at > payments[-1], cancelled_at, {until:DateTime64(3, 'UTC')}) AS ended_at,
            sumIf(assumeNotNull(score), survey = 'csat' AND isNotNull(score)) AS csat_score, countIf(survey = 'csat' AND isNotNull(score)) AS csat_answers,
            countIf(survey = 'nps' AND score >= 9) AS promoters, countIf(survey = 'nps' AND score <= 6) AS detractors,
            countIf(survey = 'nps' AND isNotNull(score)) AS nps_answers
        FROM happenings
        GROUP BY unit_id
    ),
    -- Of the deals that are decided, those of which somebody expected something.
    forecasts AS
    (
        SELECT unit_id, sum(d.expected) AS expected, sum(d.closed) AS closed, sum(abs(d.expected - d.closed)) AS missed
        FROM deals_at(run = {run_id:UInt64}) AS d
        WHERE unit_kind = {unit_kind:String} AND outcome != 'open' AND d.expected > 0
        GROUP BY unit_id
    ),
    spend AS
    (
        SELECT toStartOfMonth(spent_at) AS month, toString(utm_source) AS source, toString(utm_medium) AS medium, toString(utm_campaign) AS campaign, toFloat64(sum(cost)) AS spent
        FROM spend_by_run
        WHERE run_id = {run_id:UInt64}
        GROUP BY month, source, medium, campaign
    ),
    touched AS
    (
        SELECT if({unit_kind:String} = 'account', account_id, person_id) AS unit_id, touch_ts, toStartOfMonth(touch_ts) AS month,
            toString(utm_source) AS source, toString(utm_medium) AS medium, toString(utm_campaign) AS campaign, toFloat64(cost) AS own_cost
        FROM touchpoints_at(run = {run_id:UInt64})
        WHERE cost != 0 OR (toStartOfMonth(touch_ts), toString(utm_campaign)) IN (SELECT month, campaign FROM spend)
    ),
    matched AS
    (
        SELECT month, campaign, t.source AS source, t.medium AS medium, s.spent AS spent,
            sum(t.touches) OVER (PARTITION BY month, campaign, s.source, s.medium) AS all_touches
        FROM (SELECT month, campaign, source, medium, count() AS touches FROM touched GROUP BY month, campaign, source, medium) AS t
        INNER JOIN spend AS s USING (month, campaign)
        WHERE s.source IN ('', t.source) AND s.medium IN ('', t.medium)
    ),
    prices AS (SELECT month, campaign, source, medium, sum(spent / all_touches) AS price FROM matched GROUP BY month, campaign, source, medium),
    costs AS
    (
        SELECT t.unit_id AS unit_id, toFloat64(sum(toDecimal128(t.own_cost + p.price, 12))) AS cost
        FROM touched AS t
        INNER JOIN leads AS l ON l.unit_id = t.unit_id
        LEFT JOIN prices AS p ON p.month = t.month AND p.campaign = t.campaign AND p.source = t.source AND p.medium = t.medium
        WHERE isNull(l.converted_at) OR t.touch_ts <= l.converted_at
        GROUP BY unit_id
    )
SELECT
    leads.unit_id AS unit_id, leads.started_at AS started_at, leads.converted_at AS converted_at, leads.churned_at AS churned_at,
    leads.first_route.3 AS first_route, if(first_route = '', NULL, leads.first_route.1) AS qualified_at,
    toFloat64(if(h.subscribed > 0, h.subscribed, h.contracted)) AS revenue,
    if(revenue = 0, 0., greatest(1., if(h.subscribed > 0,
        dateDiff('second', h.payments[1], greatest(addSeconds(h.payments[-1], h.last_term), h.ended_at)),
        dateDiff('second', assumeNotNull(h.contracted_at), {until:DateTime64(3, 'UTC')})) / 86400. / 30.4375)) AS paid_months,
    costs.cost AS cost,
    h.csat_score AS csat_score, h.csat_answers AS csat_answers,
    h.promoters AS promoters, h.detractors AS detractors, h.nps_answers AS nps_answers,
    toFloat64(f.expected) AS expected, toFloat64(f.closed) AS closed, toFloat64(f.missed) AS missed
FROM leads
LEFT JOIN happened AS h ON h.unit_id = leads.unit_id
LEFT JOIN forecasts AS f ON f.unit_id = leads.unit_id
LEFT JOIN costs ON costs.unit_id = leads.unit_id
ORDER BY unit_id
