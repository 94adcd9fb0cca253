-- Whether anybody was ever forgotten, whether since the published run, and since when events may have come back that no run has looked at: a day before the
-- last run's end of reading, since senders' and consumers' clocks differ.
SELECT
    (SELECT count() FROM forgotten) AS digests,
    (SELECT max(forgotten_at) FROM forgotten) >= (SELECT max(started_at) FROM runs FINAL WHERE status = 'published') AS forgot,
    if((SELECT count() FROM runs WHERE status = 'published') = 0, toDateTime64(0, 3, 'UTC'),
       (SELECT max(events_until) FROM runs FINAL WHERE status = 'published') - INTERVAL 1 DAY) AS since
