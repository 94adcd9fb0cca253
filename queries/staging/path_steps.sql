-- What a path or funnel report is made of, in order: the steps of all units. View path_steps_at says what they are, and
-- what the parameters mean but for since, until: the period, until itself is out.
SELECT unit_id, kind, name, meaning, url, campaign, visit, at, values -- few different texts, many times: as dictionaries
FROM path_steps_at(run = {run_id:UInt64}, unit_kind = {unit_kind:String}, unit_index = {unit_index:UInt8}, names = {names:String},
    meanings = {meanings:String}, properties = {properties:Array(String)}, pages = {pages:UInt8}, stages = {stages:UInt8},
    channels = {channels:UInt8}, all_events = {all_events:UInt8}, stage_order = {stage_order:Array(String)})
WHERE at >= {since:DateTime64(3, 'UTC')} AND at < {until:DateTime64(3, 'UTC')}
ORDER BY unit_id, at, rank, tie, id
-- Sorting goes to disk rather than out of memory.
SETTINGS max_bytes_before_external_sort = 1000000000, output_format_arrow_low_cardinality_as_dictionary = 1
