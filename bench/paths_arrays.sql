-- The transition graph as product analytics computes it in ClickHouse: each unit's events as arrays, sorted, paired with
-- their successors, unfolded and counted. It is the graph alone: no chain, no linearity, no variants, no medians.
SELECT from_state, to_state, count() AS transitions, uniq(unit_id) AS units, avg(took) AS average_milliseconds
FROM
(
    SELECT
        unit_id,
        arraySort(e -> e.1, groupArray((toUnixTimestamp64Milli(at), state))) AS events,
        arrayMap(e -> e.2, events) AS states,
        arrayMap(e -> e.1, events) AS times,
        arrayZip(
            arrayPushFront(states, '(start)'),
            arrayPushBack(states, '(end)'),
            arrayPushFront(arrayPushBack(arrayPopFront(arrayDifference(times)), 0), 0)) AS pairs
    FROM bench_path_steps
    GROUP BY unit_id
)
ARRAY JOIN pairs AS pair
WITH pair.1 AS from_state, pair.2 AS to_state, pair.3 AS took
GROUP BY from_state, to_state
ORDER BY transitions DESC
