-- Cost of advertising in a period by the chosen dimension and currency.
SELECT
    multiIf(
        {by:String} = 'source', if(utm_source = '', '(none)', toString(utm_source)),
        {by:String} = 'source_medium', concat(if(utm_source = '', '(none)', toString(utm_source)), ' / ', if(utm_medium = '', '(none)', toString(utm_medium))),
        {by:String} = 'campaign', if(utm_campaign = '', '(none)', toString(utm_campaign)),
        channel) AS name,
    toString(currency) AS currency,
    toFloat64(sum(cost)) AS spend
FROM spend
WHERE spent_at >= {from:DateTime64(3, 'UTC')} AND spent_at < {until:DateTime64(3, 'UTC')}
GROUP BY name, currency
ORDER BY name, currency
