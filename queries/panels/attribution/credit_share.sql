-- Share of the credit of each model by channel; beside them the truth where the data are simulated.
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
        SELECT toString(model) AS model, toString(channel) AS channel, credited / sum(credited) OVER (PARTITION BY model) AS share
        FROM credit
        UNION ALL
        SELECT 'truth' AS model, toString(channel) AS channel, true_share AS share
        FROM simulation_truth FINAL
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND channel != '(baseline)'
    )
SELECT model, channel, share
FROM shares
ORDER BY avg(share) OVER (PARTITION BY channel) DESC, channel, model = 'truth' DESC, model
