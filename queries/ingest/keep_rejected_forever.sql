-- Dead letters stay until somebody removes them.
ALTER TABLE events_rejected REMOVE TTL
