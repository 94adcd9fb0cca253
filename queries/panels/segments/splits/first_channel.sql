-- The channel of each unit's first touch.
SELECT if({unit_kind:String} = 'person', person_id, account_id) AS unit_id, toString(argMin(channel, (touch_ts, touch_id))) AS value
FROM touchpoints
WHERE {unit_kind:String} = 'person' OR account_id != ''
GROUP BY unit_id
