-- How sure one model is of each channel, over the whole history of the run; the truth where the data are simulated.
-- A model without an interval has low = high = 0.
WITH
    truth AS
    (
        SELECT toString(channel) AS channel, true_share, 1 AS known
        FROM simulation_truth FINAL
        WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
    )
SELECT
    effects.channel AS "Channel",
    effects.share AS "Share",
    if(effects.high > 0, effects.low, NULL) AS "From",
    if(effects.high > 0, effects.high, NULL) AS "To",
    if(truth.known = 1, truth.true_share, NULL) AS "Truth",
    multiIf(truth.known = 0 OR effects.high = 0, '', truth.true_share >= effects.low AND truth.true_share <= effects.high, 'inside', 'outside') AS "Truth is",
    if(effects.removal_effect > 0, effects.removal_effect, NULL) AS "Removal effect",
    effects.journeys AS "Journeys",
    effects.converted AS "Converted"
FROM attribution_effects AS effects
LEFT JOIN truth ON truth.channel = effects.channel
WHERE effects.unit_kind = ${unit_kind:sqlstring} AND effects.conversion_type = ${conversion_type:sqlstring}
    AND effects.model = ${model:sqlstring}
ORDER BY "Share" DESC, "Channel"
