-- Resamples are a good part of what path reports cost, and their intervals hardly change when little moved. A run that
-- follows another moves the bounds of before along with the estimates, and says whose resamples they rest on.
ALTER TABLE path_segments_by_run
    ADD COLUMN IF NOT EXISTS resampled_run_id UInt64 DEFAULT run_id COMMENT 'Run whose resamples the intervals of states, transitions and bottlenecks rest on, moved to the estimates of this run; 0 without resamples',
    ADD COLUMN IF NOT EXISTS moved Float64 COMMENT 'Part of the entries into states that came or went since that run, run by run';

CREATE OR REPLACE VIEW path_segments AS
SELECT * FROM path_segments_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Linearity, rework and wins by segment and period';
