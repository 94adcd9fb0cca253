-- The transition graph as product analytics computes it in ClickHouse: each unit's events as arrays, sorted, paired with
-- their successors, unfolded and counted. It is the graph alone: no chain, no linearity, no variants, no medians.
SELECT pair.1 AS from_state, pair.2 AS to_state, count() AS transitions, uniq(unit_id) AS units, avg(pair.3) AS average_milliseconds
FROM
(
    SELECT
        unit_id,
        arraySort(e -> (e.1, e.2), groupArray((toUnixTimestamp64Milli(at), place, toString(state)))) AS events,
        arrayMap(e -> e.3, events) AS states,
        arrayZip(
            arrayPushFront(states, '(start)'),
            arrayPushBack(states, '(end)'),
            arrayPushBack(arrayDifference(arrayMap(e -> e.1, events)), toInt64(0))) AS pairs
    FROM bench_path_steps
    GROUP BY unit_id
)
ARRAY JOIN pairs AS pair
GROUP BY from_state, to_state
ORDER BY transitions DESC
