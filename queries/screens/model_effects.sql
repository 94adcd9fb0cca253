-- What a run says of each name over its whole history: removal effects, and intervals and ranks that hold the fit too.
SELECT toString(model) AS model, toString(channel) AS channel, removal_effect, low, high, rank, rank_low, rank_high, same_rank,
    lead, lead_low, lead_high, not_distinguishable_from, resampled_run_id
FROM attribution_effects_by_run
WHERE run_id = {run:UInt64} AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
ORDER BY model, channel
