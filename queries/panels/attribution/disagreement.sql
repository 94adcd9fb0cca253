-- How far the chosen models are apart on each channel.
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
    totals AS (SELECT model, sum(credited) AS credited FROM credit GROUP BY model),
    -- A model that never credits a channel gives it 0, which counts as its lowest.
    shares AS
    (
        SELECT totals.model AS model, channels.channel AS channel, credit.credited / totals.credited AS share
        FROM totals
        CROSS JOIN (SELECT DISTINCT channel FROM credit) AS channels
        LEFT JOIN credit ON credit.model = totals.model AND credit.channel = channels.channel
    ),
    truth AS
    (
        SELECT toString(channel) AS channel, true_share, 1 AS known
        FROM simulation_truth FINAL
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    )
SELECT
    shares.channel AS "Channel",
    max(share) - min(share) AS "Disagreement",
    min(share) AS "Lowest",
    argMin(model, (share, model)) AS "Lowest by",
    max(share) AS "Highest",
    argMax(model, (share, model)) AS "Highest by",
    if(any(truth.known) = 1, any(truth.true_share), NULL) AS "Truth"
FROM shares
LEFT JOIN truth ON truth.channel = shares.channel
GROUP BY shares.channel
ORDER BY "Highest" DESC, "Channel"
