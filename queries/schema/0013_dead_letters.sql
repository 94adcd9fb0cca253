-- What `funnelcloud replay` needs. A dead letter that became an event is not deleted but marked, by a newer row with the
-- same key: one insert, which may be repeated, where a DELETE would rewrite parts and could not be.
ALTER TABLE events_rejected
    ADD COLUMN IF NOT EXISTS backfill Bool COMMENT 'The message was loaded from a file: sent_at says nothing about the clock of its arrival',
    ADD COLUMN IF NOT EXISTS replayed_at DateTime64(3, 'UTC') COMMENT 'When a replay made it an event, key and raw are emptied then; 1970 while it is refused';

CREATE VIEW IF NOT EXISTS dead_letters AS
SELECT * EXCEPT (replayed_at) FROM events_rejected FINAL WHERE replayed_at = toDateTime64(0, 3, 'UTC')
COMMENT 'What is still refused, each once; read this, not events_rejected';
