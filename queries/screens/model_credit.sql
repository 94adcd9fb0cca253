-- Credit of a slice of a run's ledger by part (period or value of an attribute of the unit), model, name of the touch in
-- the chosen dimension, bucket of units and currency. A segment is the units with a value of an attribute.
WITH
    names AS
    (
        SELECT touch_id, name FROM touch_names_at(run = {run:UInt64}, dimension = {dimension:String})
        WHERE {dimension:String} != {credited:String}
    ),
    segment AS
    (
        SELECT unit_id FROM unit_attributes_at(run = {run:UInt64}, unit_kind = {unit_kind:String}, attribute = {attribute:String})
        WHERE {attribute:String} != '' AND value = {value:String}
    ),
    attributes AS
    (
        SELECT unit_id, value FROM unit_attributes_at(run = {run:UInt64}, unit_kind = {unit_kind:String}, attribute = {by:String})
        WHERE {by:String} NOT IN ('', 'week', 'month', 'quarter', 'year')
    ),
    rows AS
    (
        SELECT unit_id, converted_at, toString(model) AS model, toString(channel) AS channel, touch_id, toString(currency) AS currency, weight, credited_value
        FROM attribution_ledger_at(run = {run:UInt64})
        WHERE unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
          AND converted_at >= {from:DateTime64(3, 'UTC')} AND converted_at < {until:DateTime64(3, 'UTC')}
          AND (empty({models:Array(String)}) OR has({models:Array(String)}, toString(model)))
          AND ({attribute:String} = '' OR unit_id IN (SELECT unit_id FROM segment))
    )
SELECT
    multiIf(
        {by:String} = '', '',
        {by:String} = 'week', toString(toDate(toStartOfWeek(converted_at, 1))),
        {by:String} = 'month', formatDateTime(converted_at, '%Y-%m'),
        {by:String} = 'quarter', concat(toString(toYear(converted_at)), '-Q', toString(toQuarter(converted_at))),
        {by:String} = 'year', toString(toYear(converted_at)),
        attributes.value = '', '(none)',
        attributes.value) AS part,
    model,
    if(rows.touch_id = '' OR {dimension:String} = {credited:String}, channel, names.name) AS name,
    toUInt32(cityHash64(rows.unit_id) % {buckets:UInt32}) AS bucket,
    currency,
    sum(weight) AS conversions,
    toFloat64(sum(credited_value)) AS value
FROM rows
ANY LEFT JOIN names ON names.touch_id = rows.touch_id
ANY LEFT JOIN attributes ON attributes.unit_id = rows.unit_id
GROUP BY part, model, name, bucket, currency
ORDER BY part, model, name, currency, bucket
