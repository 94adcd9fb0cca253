-- What path reports say gets intervals, splits by segment and period, and times; state_kind is the name of the report that
-- made a row. Tables of totals: every run writes them whole.
ALTER TABLE path_transitions_by_run
    ADD COLUMN IF NOT EXISTS conversion_low Float64 COMMENT 'Lower bound of conversion_rate, 95 %',
    ADD COLUMN IF NOT EXISTS conversion_high Float64 COMMENT 'Upper bound of conversion_rate, 95 %',
    ADD COLUMN IF NOT EXISTS unit_share Float64 COMMENT 'Share of all units that took it',
    ADD COLUMN IF NOT EXISTS unit_share_low Float64 COMMENT 'Lower bound of unit_share, 95 %',
    ADD COLUMN IF NOT EXISTS unit_share_high Float64 COMMENT 'Upper bound of unit_share, 95 %',
    ADD COLUMN IF NOT EXISTS share Float64 COMMENT 'Share of the transitions that leave from_state',
    ADD COLUMN IF NOT EXISTS share_low Float64 COMMENT 'Lower bound of share, 95 %; 0 to 0: no interval was computed',
    ADD COLUMN IF NOT EXISTS share_high Float64 COMMENT 'Upper bound of share, 95 %',
    COMMENT COLUMN state_kind 'Path report: stage, channel or the name of a saved one',
    COMMENT COLUMN from_state 'State, or (start)',
    COMMENT COLUMN to_state 'State, or (converted), (lost), (open)';

ALTER TABLE path_states_by_run
    ADD COLUMN IF NOT EXISTS visits_low Float64 COMMENT 'Lower bound of expected_visits, 95 %; 0 to 0: no interval was computed',
    ADD COLUMN IF NOT EXISTS visits_high Float64 COMMENT 'Upper bound of expected_visits, 95 %',
    ADD COLUMN IF NOT EXISTS reach_probability Float64 COMMENT 'Probability of a unit ever to be there',
    ADD COLUMN IF NOT EXISTS win_low Float64 COMMENT 'Lower bound of win_probability, 95 %',
    ADD COLUMN IF NOT EXISTS win_high Float64 COMMENT 'Upper bound of win_probability, 95 %',
    ADD COLUMN IF NOT EXISTS steps_low Float64 COMMENT 'Lower bound of expected_steps, 95 %',
    ADD COLUMN IF NOT EXISTS steps_high Float64 COMMENT 'Upper bound of expected_steps, 95 %',
    ADD COLUMN IF NOT EXISTS steps_deviation Float64 COMMENT 'Standard deviation of the steps to the end',
    ADD COLUMN IF NOT EXISTS expected_days Float64 COMMENT 'Expected days to the end from here',
    ADD COLUMN IF NOT EXISTS median_days Float64 COMMENT 'Median stay in days, of stays whose end is known',
    ADD COLUMN IF NOT EXISTS p90_days Float64 COMMENT '90th percentile of the stay in days',
    ADD COLUMN IF NOT EXISTS win_lost Float64 COMMENT 'Chance to win that a departure is expected to lose',
    ADD COLUMN IF NOT EXISTS win_lost_low Float64 COMMENT 'Lower bound of win_lost, 95 %',
    ADD COLUMN IF NOT EXISTS win_lost_high Float64 COMMENT 'Upper bound of win_lost, 95 %',
    ADD COLUMN IF NOT EXISTS bottleneck Float64 COMMENT 'Mean days × entries × win_lost',
    ADD COLUMN IF NOT EXISTS bottleneck_low Float64 COMMENT 'Lower bound of bottleneck, 95 %, with the days as seen',
    ADD COLUMN IF NOT EXISTS bottleneck_high Float64 COMMENT 'Upper bound of bottleneck, 95 %',
    ADD COLUMN IF NOT EXISTS bottleneck_rank UInt32 COMMENT '1 for the worst bottleneck; 0 where nothing is lost',
    COMMENT COLUMN state_kind 'Path report: stage, channel or the name of a saved one';

ALTER TABLE path_variants_by_run
    ADD COLUMN IF NOT EXISTS similarity_group UInt32 COMMENT 'Group of similar variants, from 1; 0: in none',
    ADD COLUMN IF NOT EXISTS examples Array(String) COMMENT 'Some units that went this way, the first by name',
    COMMENT COLUMN state_kind 'Path report: stage, channel or the name of a saved one',
    COMMENT COLUMN variant 'States in order, joined by " > "; (remaining) holds what is left out';

ALTER TABLE path_linearity_by_run
    ADD COLUMN IF NOT EXISTS index_low Float64 COMMENT 'Lower bound of linearity_index, 95 %',
    ADD COLUMN IF NOT EXISTS index_high Float64 COMMENT 'Upper bound of linearity_index, 95 %';

CREATE OR REPLACE VIEW path_transitions AS
SELECT * FROM path_transitions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Directed graph of what units did next, with loops and returns';

CREATE OR REPLACE VIEW path_states AS
SELECT * FROM path_states_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Absorbing chain: what to expect of each state';

CREATE OR REPLACE VIEW path_variants AS
SELECT * FROM path_variants_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Sequences of states, loops and all';

CREATE OR REPLACE VIEW path_linearity AS
SELECT * FROM path_linearity_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'How many wins followed the drawn funnel strictly';
