-- The dead letters of every message that has one of those asked for, message by message: a message of several events is
-- mapped as a whole. An empty parameter asks for all.
WITH wanted AS (
    SELECT topic, partition, offset
    FROM dead_letters
    WHERE ({source:String} = '' OR source = {source:String} OR has({topics:Array(String)}, topic))
      AND ({topic:String} = '' OR topic = {topic:String})
      AND ({reason:String} = '' OR reason = {reason:String})
      AND rejected_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
)
SELECT topic, partition, offset, item, source, reason, detail, key, raw, received_at, backfill
FROM dead_letters
WHERE (topic, partition, offset) IN wanted
ORDER BY topic, partition, offset, item
-- Letters carry whole messages: small blocks keep the memory of both sides small.
SETTINGS max_block_size = 1024
