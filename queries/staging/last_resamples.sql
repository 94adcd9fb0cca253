-- What a run said of each name, with the resamples that it rests on and the sums of the rules.
SELECT toString(model) AS model, toString(channel) AS channel, share, resampled_run_id, resamples,
    credited_whole AS whole, credited_rest AS rest
FROM attribution_effects_by_run
WHERE run_id = {previous_run:UInt64} AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
