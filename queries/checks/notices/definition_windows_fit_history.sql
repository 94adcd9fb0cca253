-- A window that looks back further than the events that are there: than the table keeps (its TTL), or than the history goes.
WITH
    (SELECT extractGroups(engine_full, ' TTL [^+]*\\+ toInterval(Day|Week|Month|Quarter|Year)\\((\\d+)\\)') FROM system.tables
     WHERE database = currentDatabase() AND name = 'events') AS kept,
    toInt64OrZero(kept[2]) * transform(kept[1], ['Day', 'Week', 'Month', 'Quarter', 'Year'], [1, 7, 30, 91, 365], 0) AS kept_days,
    (SELECT dateDiff('day', min(event_ts), max(event_ts)) + 1 FROM person_events) AS history_days
SELECT definition, version, window_days, history_days, kept_days
FROM definitions
WHERE window_days > if(kept_days = 0, history_days, least(kept_days, history_days))
ORDER BY definition
