-- Keeps dead letters for so many days. ClickHouse applies it to those that are there too, and takes away in the background.
ALTER TABLE events_rejected MODIFY TTL toDateTime(rejected_at) + toIntervalDay({days:UInt32})
