-- How many days dead letters are kept, as the table says; 0 where they are kept for ever. A number that was given as a
-- parameter stands in a cast there.
SELECT toUInt32OrZero(extract(create_table_query, 'TTL toDateTime\\(rejected_at\\) \\+ toIntervalDay\\((?:_CAST\\()?(\\d+)')) AS days
FROM system.tables
WHERE database = currentDatabase() AND name = 'events_rejected'
