-- How far the chosen models are apart on each channel; the widest apart first.
WITH
    credit AS
    (
        SELECT model, channel, sum(weight) AS credited
        FROM attribution_ledger
        WHERE $__timeFilter_ms(converted_at) AND touch_id != ''
            AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
            AND model IN (${models:sqlstring})
        GROUP BY model, channel
    ),
    shares AS
    (
        SELECT toString(model) AS model, toString(channel) AS channel, credited / sum(credited) OVER (PARTITION BY model) AS share,
            arraySort(groupUniqArray(toString(model)) OVER ()) AS all_models
        FROM credit
    ),
    -- A model that never credits a channel gives it 0, which counts as its lowest.
    spread AS
    (
        SELECT channel, arrayFilter(m -> NOT has(groupArray(model), m), any(all_models)) AS silent,
            if(empty(silent), min(share), 0) AS lowest, if(empty(silent), argMin(model, (share, model)), silent[1]) AS lowest_by,
            max(share) AS highest, argMax(model, (share, model)) AS highest_by
        FROM shares
        GROUP BY channel
    ),
    truth AS
    (
        SELECT toString(channel) AS channel, true_share, 1 AS known
        FROM simulation_truth FINAL
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    )
SELECT
    spread.channel AS "Channel",
    highest - lowest AS "Disagreement",
    lowest AS "Lowest",
    lowest_by AS "Lowest by",
    highest AS "Highest",
    highest_by AS "Highest by",
    if(truth.known = 1, truth.true_share, NULL) AS "Truth"
FROM spread
LEFT JOIN truth ON truth.channel = spread.channel
ORDER BY "Disagreement" DESC, "Channel"
