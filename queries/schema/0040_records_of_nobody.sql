-- A CRM's deal that names no contact is nobody's history: the account's figures have it, people's don't.
ALTER TABLE persons_by_run
    ADD COLUMN IF NOT EXISTS record LowCardinality(String) COMMENT 'deal, ticket, …: nothing is known but a record of that kind in another system, which is no person and counts with the account alone; empty for people';

CREATE OR REPLACE VIEW persons_at AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'People, resolved over all their identifiers: what a given run says';

CREATE OR REPLACE VIEW persons AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'People, resolved over all their identifiers';
