-- Deals have a table of their own, whatever their CRM calls them.
ALTER TABLE person_events_by_run DROP COLUMN IF EXISTS opportunity_id;

CREATE OR REPLACE VIEW person_events_at AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every event with its person and account, in the order it happened: what a given run says';

CREATE OR REPLACE VIEW person_events AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Every event with its person and account, in the order it happened';
