-- Rows of units that a later run recomputed no longer hold. To look for each row's (kind, id, run) among the recomputed costs more
-- than all else that reads of millions of rows do, as long as the three are compared as they are; a hash of them is
-- found in a sixth of the time. Two of them are alike once in some hundred million runs.
CREATE OR REPLACE VIEW journeys_at AS
SELECT * FROM journeys_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Touches of a unit before a conversion, or with no conversion after them: what a given run says';

CREATE OR REPLACE VIEW journeys AS
SELECT * FROM journeys_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Touches of a unit before a conversion, or with no conversion after them';

CREATE OR REPLACE VIEW credited_touches_at AS
SELECT * FROM credited_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Touches of converted journeys with the credit that each rule gives: what a given run says';

CREATE OR REPLACE VIEW credited_touches AS
SELECT * FROM credited_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Touches of converted journeys with the credit that each rule gives';

CREATE OR REPLACE VIEW conversions_at AS
SELECT * FROM conversions_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Conversions: what credit is given for: what a given run says';

CREATE OR REPLACE VIEW conversions AS
SELECT * FROM conversions_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Conversions: what credit is given for';

CREATE OR REPLACE VIEW stages_at AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered: what a given run says';

CREATE OR REPLACE VIEW stages AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64(unit_kind, unit_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered';
