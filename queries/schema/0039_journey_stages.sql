-- What the model incremental looks at beside touches: the stages of a journey. The views are made anew: theirs are the columns
-- that the table had.
ALTER TABLE journeys_by_run
    ADD COLUMN IF NOT EXISTS entered_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the unit first signed up, if that was before the journey''s end; NULL if not',
    ADD COLUMN IF NOT EXISTS previous_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When the unit last converted before the journey began; NULL if it had not';

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
