-- Dead letters hold messages as they came, personal data and all: no source file's personal_data reaches into what it could
-- not read. So they go by themselves after 90 days, well beyond the time in which somebody mends a source file and replays.
-- `funnelcloud migrate --keep-rejected` changes the time. By the refusal and not by receipt: what a replay refuses again was
-- looked at, and stays as long anew.
ALTER TABLE events_rejected MODIFY TTL toDateTime(rejected_at) + toIntervalDay(90);
