-- The steps of each unit that the run computes, for a report that reads events: those of units that did not change still
-- stand. first_unit, before_unit: the ids between which to read, '' without an end. What a report does not ask for is left
-- empty as a whole.
INSERT INTO path_histories_by_run
SELECT
    {run_id:UInt64} AS run_id, {unit_kind:String} AS unit_kind, {report:String} AS report, unit_id,
    steps.5 AS kind, steps.6 AS name, steps.7 AS meaning,
    if({pages:UInt8} = 1, steps.8, []) AS url, if({all_events:UInt8} = 1, steps.9, []) AS campaign,
    if({all_events:UInt8} = 1, steps.10, []) AS visit, steps.1 AS at, if(empty({properties:Array(String)}), [], steps.11) AS values
FROM
(
    SELECT unit_id, arraySort(groupArray((at, rank, tie, id, kind, name, meaning, url, campaign, visit, values))) AS steps
    FROM path_steps_at(run = {run_id:UInt64}, unit_kind = {unit_kind:String}, unit_index = {unit_index:UInt8}, names = {names:String},
        meanings = {meanings:String}, properties = {properties:Array(String)}, pages = {pages:UInt8}, stages = {stages:UInt8},
        channels = {channels:UInt8}, all_events = {all_events:UInt8}, stage_order = {stage_order:Array(String)})
    WHERE at >= {since:DateTime64(3, 'UTC')} AND at < {until:DateTime64(3, 'UTC')}
      AND unit_id >= {first_unit:String} AND ({before_unit:String} = '' OR unit_id < {before_unit:String})
      AND run_id >= if({unit_kind:String} = 'person', {run_id:UInt64}, 0) -- the run wrote all that its people do
      AND ({previous_run:UInt64} = 0
           OR unit_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}))
    GROUP BY unit_id
)
-- Units of a kind that cannot be read range by range go to disk rather than out of memory.
SETTINGS max_bytes_before_external_group_by = 1000000000
