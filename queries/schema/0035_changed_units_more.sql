-- The other tables keyed by a unit, in the same two views as those of 0014_changed_units.sql.

CREATE OR REPLACE VIEW conversions_at AS
SELECT * FROM conversions_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Conversions: what credit is given for: what a given run says';

CREATE OR REPLACE VIEW conversions AS
SELECT * FROM conversions_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Conversions: what credit is given for';

CREATE OR REPLACE VIEW journeys_at AS
SELECT * FROM journeys_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Touches of a unit before a conversion, or with no conversion after them: what a given run says';

CREATE OR REPLACE VIEW journeys AS
SELECT * FROM journeys_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Touches of a unit before a conversion, or with no conversion after them';

CREATE OR REPLACE VIEW credited_touches_at AS
SELECT * FROM credited_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Touches of converted journeys with the credit that each rule gives: what a given run says';

CREATE OR REPLACE VIEW credited_touches AS
SELECT * FROM credited_touches_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Touches of converted journeys with the credit that each rule gives';

CREATE OR REPLACE VIEW qualifications_at AS
SELECT * FROM qualifications_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every time a unit met a definition of qualification: what a given run says';

CREATE OR REPLACE VIEW qualifications AS
SELECT * FROM qualifications_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Every time a unit met a definition of qualification';

CREATE OR REPLACE VIEW score_peaks_at AS
SELECT * FROM score_peaks_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'When a unit''s score first reached each step: what a given run says';

CREATE OR REPLACE VIEW score_peaks AS
SELECT * FROM score_peaks_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'When a unit''s score first reached each step';

CREATE OR REPLACE VIEW grades_at AS
SELECT * FROM grades_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Grades of units over time, by fit and engagement: what a given run says';

CREATE OR REPLACE VIEW grades AS
SELECT * FROM grades_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Grades of units over time, by fit and engagement';

CREATE OR REPLACE VIEW requests_at AS
SELECT * FROM requests_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'What units asked for, and how soon it was answered: what a given run says';

CREATE OR REPLACE VIEW requests AS
SELECT * FROM requests_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'What units asked for, and how soon it was answered';

CREATE OR REPLACE VIEW exclusions_at AS
SELECT * FROM exclusions_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Events that were left out of qualification, by unit and reason: what a given run says';

CREATE OR REPLACE VIEW exclusions AS
SELECT * FROM exclusions_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Events that were left out of qualification, by unit and reason';
