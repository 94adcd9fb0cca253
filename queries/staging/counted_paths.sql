-- Journeys of one kind of unit and type of conversion as counted paths: what models of paths are fitted to by a run that
-- does not resample, so that nobody asks whose they are. Beside them what the run said whose resamples it carries on.
SELECT channels,
    countIf(holds AND converted) AS conversions, countIf(holds AND NOT converted) AS nulls, sumIf(value, holds AND converted) AS worth,
    countIf(held AND converted) AS conversions_then, countIf(held AND NOT converted) AS nulls_then
FROM
(
    SELECT channels, value, outcome = 'converted' AS converted,
        cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run_id:UInt64})) AS holds,
        run_id <= {resampled_run:UInt64}
            AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {resampled_run:UInt64})) AS held
    FROM journeys_by_run
    WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run_id:UInt64})) AND run_id <= {run_id:UInt64}
      AND unit_kind = {unit_kind:String} AND conversion_type = {conversion_type:String}
      AND outcome != 'censored' AND notEmpty(channels)
)
GROUP BY channels
