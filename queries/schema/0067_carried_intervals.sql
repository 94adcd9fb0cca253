-- Intervals by resamples are most of what attribution costs, and hardly change when few journeys did. A run that follows
-- another keeps how far the resamples fell from the estimate, moves them along with it, and says whose they are.
ALTER TABLE attribution_effects_by_run
    ADD COLUMN IF NOT EXISTS resampled_run_id UInt64 DEFAULT run_id COMMENT 'Run whose resamples the intervals and ranks rest on, moved to the share of this run; 0 without resamples',
    ADD COLUMN IF NOT EXISTS resamples Array(Float64) COMMENT 'Share in each resample: what the next run moves on';

CREATE OR REPLACE VIEW attribution_effects AS
SELECT * EXCEPT (resamples) FROM attribution_effects_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What a model says of each channel beyond the credit';
