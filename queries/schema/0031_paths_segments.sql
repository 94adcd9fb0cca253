CREATE TABLE IF NOT EXISTS path_segments_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    state_kind LowCardinality(String) COMMENT 'Path report',
    segment_by LowCardinality(String) COMMENT 'What the units were split by, such as origin or month; empty: all units',
    segment String COMMENT 'Value of it; empty for units without one, and for all units',
    units UInt64 COMMENT 'Units',
    wins UInt64 COMMENT 'Of them, won',
    win_rate Float64 COMMENT 'wins / units, units still under way included',
    win_rate_low Float64 COMMENT 'Lower bound of win_rate, 95 %',
    win_rate_high Float64 COMMENT 'Upper bound of win_rate, 95 %',
    variants UInt64 COMMENT 'Distinct sequences of states',
    covering UInt64 COMMENT 'The fewest sequences that 80 % of the units went',
    linear UInt64 COMMENT 'Wins in the drawn order with no skip, repeat or return',
    linearity_index Float64 COMMENT 'linear / wins; 0 when there are none',
    index_low Float64 COMMENT 'Lower bound of linearity_index, 95 %',
    index_high Float64 COMMENT 'Upper bound of linearity_index, 95 %',
    skipped UInt64 COMMENT 'Wins that skipped a step',
    repeated UInt64 COMMENT 'Wins that repeated a state',
    went_back UInt64 COMMENT 'Wins that went back',
    entered_late UInt64 COMMENT 'Wins that entered after the first step',
    recovered UInt64 COMMENT 'Wins that had been written off before',
    loops_per_win Float64 COMMENT 'Mean number of returns per win',
    rework_share Float64 COMMENT 'Share of units that entered some state more than once',
    rework_low Float64 COMMENT 'Lower bound of rework_share, 95 %',
    rework_high Float64 COMMENT 'Upper bound of rework_share, 95 %',
    disqualified UInt64 COMMENT 'Units that entered a lost state',
    requalified UInt64 COMMENT 'Of them, those that came back into play',
    requalified_low Float64 COMMENT 'Lower bound of requalified / disqualified, 95 %',
    requalified_high Float64 COMMENT 'Upper bound of requalified / disqualified, 95 %',
    requalifying_days Float64 COMMENT 'Median days from being lost to coming back'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, segment_by, segment)
COMMENT 'Linearity, rework and wins by segment and period: all kept runs';

CREATE VIEW IF NOT EXISTS path_segments AS
SELECT * FROM path_segments_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Linearity, rework and wins by segment and period';

CREATE TABLE IF NOT EXISTS path_bottlenecks_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    state_kind LowCardinality(String) COMMENT 'Path report',
    segment_by LowCardinality(String) COMMENT 'What the units were split by; empty: all units',
    segment String COMMENT 'Value of it',
    state LowCardinality(String) COMMENT 'State',
    bottleneck_rank UInt32 COMMENT '1 for the worst; 0 where nothing is lost',
    entries UInt64 COMMENT 'Entries: the volume',
    mean_days Float64 COMMENT 'Mean stay in days: the time',
    median_days Float64 COMMENT 'Median stay in days',
    p90_days Float64 COMMENT '90th percentile of the stay in days',
    win_probability Float64 COMMENT 'Probability to be won from here',
    win_low Float64 COMMENT 'Lower bound of it, 95 %; 0 to 0: no interval was computed',
    win_high Float64 COMMENT 'Upper bound of it, 95 %',
    win_lost Float64 COMMENT 'Chance to win that a departure is expected to lose',
    win_lost_low Float64 COMMENT 'Lower bound of it, 95 %',
    win_lost_high Float64 COMMENT 'Upper bound of it, 95 %',
    bottleneck Float64 COMMENT 'mean_days × entries × win_lost',
    bottleneck_low Float64 COMMENT 'Lower bound of it, 95 %, with the days as seen',
    bottleneck_high Float64 COMMENT 'Upper bound of it, 95 %'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, segment_by, segment, state)
COMMENT 'Where time, volume and lost wins meet, by segment and period: all kept runs';

CREATE VIEW IF NOT EXISTS path_bottlenecks AS
SELECT * FROM path_bottlenecks_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Where time, volume and lost wins meet, by segment and period';

CREATE TABLE IF NOT EXISTS path_expectations_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    state_kind LowCardinality(String) COMMENT 'Path report',
    from_state LowCardinality(String) COMMENT 'State, or (start)',
    to_state LowCardinality(String) COMMENT 'State, or an end',
    absorbing Bool COMMENT 'Whether to_state ends the chain',
    expected_visits Float64 COMMENT 'Expected visits to to_state of a unit in from_state, the present one included',
    probability Float64 COMMENT 'Probability ever to be in to_state afterwards; to end there where it is absorbing'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, from_state, to_state)
COMMENT 'What the absorbing chain expects between any two states: all kept runs';

CREATE VIEW IF NOT EXISTS path_expectations AS
SELECT * FROM path_expectations_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What the absorbing chain expects between any two states';

CREATE TABLE IF NOT EXISTS path_actions_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person, account, session or property',
    state_kind LowCardinality(String) COMMENT 'Path report',
    state LowCardinality(String) COMMENT 'State that units entered or didn''t',
    first Bool COMMENT 'Whether it had to be the first of the unit, or any before its end',
    winners UInt64 COMMENT 'Won units that did',
    won UInt64 COMMENT 'Won units in all',
    losers UInt64 COMMENT 'Units not won that did',
    not_won UInt64 COMMENT 'Units not won in all: lost ones, where any are, else open ones too',
    difference Float64 COMMENT 'winners / won − losers / not_won',
    difference_low Float64 COMMENT 'Lower bound of it, 95 % (Newcombe)',
    difference_high Float64 COMMENT 'Upper bound of it, 95 %',
    p_value Float64 COMMENT 'Of no difference, two-sided: Fisher''s exact test',
    q_value Float64 COMMENT 'p_value after Benjamini and Hochberg over the states of the report: share of false findings among those as small'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, state_kind, first, state)
COMMENT 'What winners do and others don''t: all kept runs';

CREATE VIEW IF NOT EXISTS path_actions AS
SELECT * FROM path_actions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What winners do and others don''t';
