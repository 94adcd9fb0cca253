-- Cost of advertising in a period by the chosen dimension and currency, named as touches are.
SELECT
    multiIf(
        {dimension:String} = 'source', toString(utm_source),
        {dimension:String} = 'medium', toString(utm_medium),
        {dimension:String} = 'source_medium', if(utm_source = '' AND utm_medium = '', '', concat(utm_source, ' / ', utm_medium)),
        {dimension:String} = 'campaign', toString(utm_campaign),
        channel) AS value,
    if(value = '', concat('(', channel, ')'), value) AS name,
    toString(currency) AS currency,
    toFloat64(sum(cost)) AS spend
FROM spend
WHERE spent_at >= {from:DateTime64(3, 'UTC')} AND spent_at < {until:DateTime64(3, 'UTC')}
GROUP BY value, name, currency
ORDER BY name, currency
