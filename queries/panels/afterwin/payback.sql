-- Months until a customer has paid back what it cost to win, by route, beside what is usual; and what it brings until it leaves.
SELECT
    multiIf(subject = '(all)', 'all', subject = '(none)', 'never qualified', upper(toString(subject))) AS "First qualified by",
    customers AS "Customers",
    if(cost_per_win = 0, NULL, cost_per_win) AS "Cost a win",
    if(monthly_revenue = 0, NULL, monthly_revenue) AS "Revenue a month",
    if(payback_months = 0, NULL, payback_months) AS "Payback, months",
    if(lifetime_value = 0, NULL, lifetime_value) AS "Lifetime value",
    if(lifetime_value = 0 OR cost_per_win = 0, NULL, lifetime_value / cost_per_win) AS "Times its cost",
    multiIf(payback_months = 0, 'cost or revenue unknown', payback_months < 9, 'sooner than usual', payback_months <= 12, 'usual', 'later than usual') AS "Beside 9–12 months"
FROM quality_routes
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = 90 AND subject_kind IN ('route', 'all')
ORDER BY subject_kind = 'all' DESC, customers DESC, subject
