CREATE TABLE IF NOT EXISTS path_transitions_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    state_kind LowCardinality(String) COMMENT 'stage or channel',
    from_state LowCardinality(String) COMMENT 'State, or (start)',
    to_state LowCardinality(String) COMMENT 'State, or (converted), (open)',
    transitions UInt64 COMMENT 'How often',
    units UInt64 COMMENT 'Distinct units',
    median_seconds Float64 COMMENT 'Median time between',
    p90_seconds Float64 COMMENT '90th percentile',
    conversion_rate Float64 COMMENT 'Share of the units that took this edge and later converted'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, from_state, to_state)
COMMENT 'Directed graph of what units did next, with loops and returns: all kept runs';

CREATE VIEW IF NOT EXISTS path_transitions AS
SELECT * FROM path_transitions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Directed graph of what units did next, with loops and returns';

CREATE TABLE IF NOT EXISTS path_states_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    state_kind LowCardinality(String) COMMENT 'stage or channel',
    state LowCardinality(String) COMMENT 'State',
    entries UInt64 COMMENT 'Entries',
    units UInt64 COMMENT 'Distinct units',
    re_entry_rate Float64 COMMENT 'Share of units that entered more than once',
    expected_visits Float64 COMMENT 'Expected visits of a unit from its start',
    expected_returns Float64 COMMENT 'Expected returns once there',
    win_probability Float64 COMMENT 'Probability to be won from here',
    expected_steps Float64 COMMENT 'Expected steps to the end from here',
    mean_days Float64 COMMENT 'Mean stay in days'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, state)
COMMENT 'Absorbing chain: what to expect of each state: all kept runs';

CREATE VIEW IF NOT EXISTS path_states AS
SELECT * FROM path_states_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Absorbing chain: what to expect of each state';

CREATE TABLE IF NOT EXISTS path_variants_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    state_kind LowCardinality(String) COMMENT 'stage or channel',
    variant String COMMENT 'States in order, joined by " > "',
    compressed String COMMENT 'The same with loops folded for the eye',
    length UInt32 COMMENT 'Number of states',
    units UInt64 COMMENT 'Units that went this way',
    won UInt64 COMMENT 'Of them, won',
    median_days Float64 COMMENT 'Median time from first to last state'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, units, variant)
COMMENT 'Sequences of states, loops and all: all kept runs';

CREATE VIEW IF NOT EXISTS path_variants AS
SELECT * FROM path_variants_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Sequences of states, loops and all';

CREATE TABLE IF NOT EXISTS path_linearity_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    wins UInt64 COMMENT 'Wins',
    linear UInt64 COMMENT 'Wins in the drawn order with no skip, repeat or return',
    linearity_index Float64 COMMENT 'linear / wins; 0 when there are none',
    skipped UInt64 COMMENT 'Wins that skipped a stage',
    repeated UInt64 COMMENT 'Wins that repeated a stage',
    went_back UInt64 COMMENT 'Wins that went back',
    entered_late UInt64 COMMENT 'Wins that entered after the first stage',
    recovered UInt64 COMMENT 'Wins that had been disqualified or in nurture before',
    loops_per_win Float64 COMMENT 'Mean number of returns per win'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind)
COMMENT 'How many wins followed the drawn funnel strictly: all kept runs';

CREATE VIEW IF NOT EXISTS path_linearity AS
SELECT * FROM path_linearity_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'How many wins followed the drawn funnel strictly';
