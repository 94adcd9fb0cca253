-- Removes the dead letters that mention forgotten people, found by their places in Kafka.
ALTER TABLE events_rejected
DELETE WHERE rejected_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
    AND lower(hex(substring(SHA256(concat({salt:String}, '\0', 'letter', '\0',
            concat(topic, '/', toString(partition), '/', toString(offset)))), 1, 16)))
        IN (SELECT digest FROM forgotten WHERE id_kind = 'letter')
SETTINGS mutations_sync = 2
