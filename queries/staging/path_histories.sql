-- The steps of each unit that a run kept for a report, one row a unit.
SELECT unit_id, kind, name, meaning, url, campaign, visit, at, values
FROM path_histories_at(run = {run_id:UInt64})
WHERE unit_kind = {unit_kind:String} AND report = {report:String}
ORDER BY unit_id
SETTINGS output_format_arrow_low_cardinality_as_dictionary = 1
