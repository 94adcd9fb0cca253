ALTER TABLE events_rejected REMOVE TTL
