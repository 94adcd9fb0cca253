CREATE OR REPLACE VIEW excluded_touches_at AS
SELECT * FROM excluded_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Sessions and contacts of programs and of ourselves, which are no touchpoints: what a given run says';
