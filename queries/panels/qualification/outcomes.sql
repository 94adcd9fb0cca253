-- What becomes of the units of each route and definition.
SELECT
    multiIf(subject_kind = 'definition', concat(toString(subject), ' v', toString(version)), subject = '(all)', 'all leads', subject = '(none)', 'never', upper(toString(subject))) AS "Qualified by",
    subject_kind AS "Kind",
    units AS "Units",
    customers AS "Customers",
    if(win_rate_total = 0, NULL, win_rate) AS "Win rate",
    if(retained_total = 0, NULL, retained) AS "Retained",
    if(retained_total = 0, NULL, retained_low) AS "at least",
    if(monthly_revenue = 0, NULL, monthly_revenue) AS "Revenue a month",
    if(cost_per_win = 0, NULL, cost_per_win) AS "Cost a win",
    if(payback_months = 0, NULL, payback_months) AS "Payback, months",
    if(csat_answers = 0, NULL, csat) AS "CSAT",
    if(nps_answers = 0, NULL, nps) AS "NPS",
    if(esat_answers = 0, NULL, esat) AS "ESAT",
    if(expected = 0, NULL, forecast_accuracy) AS "Forecast accuracy"
FROM quality_routes
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND units > 0
ORDER BY indexOf(['all', 'route', 'definition'], subject_kind), win_rate DESC, subject, version
