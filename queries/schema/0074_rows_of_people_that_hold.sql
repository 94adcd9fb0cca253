-- As 0068_rows_that_hold.sql, for the rows of people: whether a row holds is told by a hash of unit and run.
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

CREATE OR REPLACE VIEW touchpoints_at AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Entries of sessions and other contacts that can earn credit: what a given run says';

CREATE OR REPLACE VIEW touchpoints AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Entries of sessions and other contacts that can earn credit';

CREATE OR REPLACE VIEW persons_at AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'People, resolved over all their identifiers: what a given run says';

CREATE OR REPLACE VIEW persons AS
SELECT * FROM persons_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'People, resolved over all their identifiers';

CREATE OR REPLACE VIEW person_identities_at AS
SELECT * FROM person_identities_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Which identifier belongs to which person: what a given run says';

CREATE OR REPLACE VIEW person_identities AS
SELECT * FROM person_identities_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Which identifier belongs to which person';
