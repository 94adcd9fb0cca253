-- Cost of advertising in a period by part of it, the chosen dimension and currency; parts and names are those of model_credit.sql.
SELECT
    multiIf(
        {by:String} = 'week', toString(toDate(toStartOfWeek(spent_at, 1))),
        {by:String} = 'month', formatDateTime(spent_at, '%Y-%m'),
        {by:String} = 'quarter', concat(toString(toYear(spent_at)), '-Q', toString(toQuarter(spent_at))),
        {by:String} = 'year', toString(toYear(spent_at)),
        '') AS part,
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
GROUP BY part, value, name, currency
ORDER BY part, name, currency
