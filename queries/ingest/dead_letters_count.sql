-- How many messages queries/ingest/dead_letters.sql gives.
SELECT uniqExact(topic, partition, offset) AS messages
FROM dead_letters
WHERE ({source:String} = '' OR source = {source:String} OR has({topics:Array(String)}, topic))
  AND ({topic:String} = '' OR topic = {topic:String})
  AND ({reason:String} = '' OR reason = {reason:String})
  AND rejected_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
