-- Each topic: what came by it in the period, how many clocks were wrong, and, over the whole history up to the published run, how
-- many rows were repeats. Batches say how many rows a topic gave, the run how many events a source has; where a source comes
-- by several topics its events are divided among them as its rows are.
WITH
    (SELECT argMax(events_until, run_id) FROM runs FINAL WHERE status = 'published') AS until,
    worked AS
    (
        SELECT topic,
            sumIf(messages, $__timeFilter_ms(inserted_at)) AS messages, sumIf(events, $__timeFilter_ms(inserted_at)) AS events,
            sumIf(rejects, $__timeFilter_ms(inserted_at)) AS rejects, sumIf(skewed, $__timeFilter_ms(inserted_at)) AS skewed,
            -- The events of a batch are dated when their insert began, the batch when it was acknowledged.
            sumIf(ingest_batches.events, inserted_at - toIntervalMillisecond(ceil(1000 * insert_seconds)) <= until) AS inserted_by_then
        FROM ingest_batches
        GROUP BY topic
    ),
    stored AS (SELECT topic, source, count() AS rows, rows / sum(rows) OVER (PARTITION BY source) AS part FROM events GROUP BY topic, source),
    apart AS (SELECT source, count() AS events FROM person_events GROUP BY source),
    known AS
    (
        SELECT s.topic AS topic, arrayStringConcat(arraySort(groupArray(toString(s.source))), ', ') AS sources, sum(a.events * s.part) AS events
        FROM stored AS s
        LEFT JOIN apart AS a ON a.source = s.source
        GROUP BY topic
    )
SELECT
    w.topic AS "Topic",
    k.sources AS "Sources",
    w.messages AS "Messages",
    w.events AS "Events",
    w.rejects AS "Refused",
    if(w.messages = 0, NULL, w.rejects / w.messages) AS "Refused, share",
    w.skewed AS "Clocks corrected",
    if(w.events = 0, NULL, w.skewed / w.events) AS "Corrected, share",
    if(w.inserted_by_then = 0, NULL, greatest(0, round(w.inserted_by_then - k.events))) AS "Repeats collapsed",
    if(w.inserted_by_then = 0, NULL, greatest(0, w.inserted_by_then - k.events) / w.inserted_by_then) AS "Repeats, share"
FROM worked AS w
LEFT JOIN known AS k ON k.topic = w.topic
ORDER BY "Messages" DESC, "Topic"
