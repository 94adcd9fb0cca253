-- Credit of a slice of the ledger by model, name of the touch in the chosen dimension, bucket of units and currency.
--
-- A segment is the units with a value of an attribute: of people country, email_domain, account, any property of their identify calls by
-- its last value, and account.NAME for an attribute of their account; of accounts name, plan, employees, and any property
-- of their group calls.
WITH
    named_accounts AS
    (
        SELECT account_id FROM accounts
        WHERE ({attribute:String} IN ('name', 'account.name') AND name = {value:String})
           OR ({attribute:String} IN ('plan', 'account.plan') AND plan = {value:String})
           OR ({attribute:String} IN ('employees', 'account.employees') AND toString(employees) = {value:String})
        UNION DISTINCT
        SELECT account_id FROM person_events
        WHERE kind = 'group' AND account_id != '' AND JSONHas(properties, replaceRegexpOne({attribute:String}, '^account\\.', ''))
          AND ({unit_kind:String} = 'account' OR startsWith({attribute:String}, 'account.'))
        GROUP BY account_id
        HAVING trim(BOTH '"' FROM argMax(JSONExtractRaw(properties, replaceRegexpOne({attribute:String}, '^account\\.', '')), (event_ts, source, event_id))) = {value:String}
    ),
    segment AS
    (
        SELECT unit_id FROM
        (
            SELECT account_id AS unit_id FROM named_accounts WHERE {unit_kind:String} = 'account'
            UNION DISTINCT
            SELECT person_id AS unit_id FROM persons
            WHERE {unit_kind:String} = 'person' AND
            (
                ({attribute:String} = 'country' AND country = {value:String})
                OR ({attribute:String} = 'email_domain' AND splitByChar('@', email)[2] = {value:String})
                OR ({attribute:String} = 'account' AND account_id = {value:String})
                OR (startsWith({attribute:String}, 'account.') AND account_id IN (SELECT account_id FROM named_accounts))
            )
            UNION DISTINCT
            SELECT person_id AS unit_id FROM person_events
            WHERE {unit_kind:String} = 'person' AND kind = 'identify' AND person_id != '' AND JSONHas(properties, {attribute:String})
            GROUP BY person_id
            HAVING trim(BOTH '"' FROM argMax(JSONExtractRaw(properties, {attribute:String}), (event_ts, source, event_id))) = {value:String}
        )
    )
SELECT
    model,
    multiIf(
        touch_id = '', toString(channel),
        {by:String} = 'source', if(utm_source = '', '(none)', toString(utm_source)),
        {by:String} = 'source_medium', concat(if(utm_source = '', '(none)', toString(utm_source)), ' / ', if(utm_medium = '', '(none)', toString(utm_medium))),
        {by:String} = 'campaign', if(utm_campaign = '', '(none)', toString(utm_campaign)),
        {by:String} = 'landing_page', if(landing_page = '', '(none)', landing_page),
        toString(channel)) AS name,
    toUInt32(cityHash64(unit_id) % {buckets:UInt32}) AS bucket,
    toString(currency) AS currency,
    sum(weight) AS conversions,
    toFloat64(sum(credited_value)) AS value
FROM attribution_ledger
WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
  AND converted_at >= {from:DateTime64(3, 'UTC')} AND converted_at < {until:DateTime64(3, 'UTC')}
  AND (empty({models:Array(String)}) OR has({models:Array(String)}, toString(model)))
  AND ({attribute:String} = '' OR unit_id IN (SELECT unit_id FROM segment))
GROUP BY model, name, bucket, currency
ORDER BY model, name, currency, bucket
