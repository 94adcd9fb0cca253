-- Kept by unit, so that the trade-off of thresholds needs no look at the ledger of units that did not change.
CREATE TABLE IF NOT EXISTS score_peaks_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    score LowCardinality(String) COMMENT 'lead_score or bant',
    threshold Float64 COMMENT 'Step reached: a multiple of 5 for lead_score, of 25 for bant',
    reached_at DateTime64(3, 'UTC') COMMENT 'First instant at which the score was that high'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, score, threshold, unit_id)
COMMENT 'When a unit''s score first reached each step: all kept runs';

CREATE VIEW IF NOT EXISTS score_peaks AS
SELECT * FROM score_peaks_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'When a unit''s score first reached each step';

CREATE TABLE IF NOT EXISTS quality_definitions_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    definition LowCardinality(String) COMMENT 'Definition; (any) is whichever of the route came first',
    version UInt32 COMMENT 'Version of the definition; 0 for (any)',
    definition_hash LowCardinality(String) COMMENT 'Hash of the definition; empty for (any)',
    route LowCardinality(String) COMMENT 'mql, pql or cql; empty: any route',
    cohort LowCardinality(String) COMMENT 'Month in which the units became leads, YYYY-MM; empty: all',
    units UInt64 COMMENT 'Units that became leads',
    converted UInt64 COMMENT 'Of those, won by now',
    flagged UInt64 COMMENT 'Met the definition before they won',
    censored UInt64 COMMENT 'Of the flagged, those too young to judge',
    late UInt64 COMMENT 'Met the definition only at or after the win: no merit',
    leaked UInt64 COMMENT 'Flags with evidence from after them: no merit, and a defect',
    precision_of UInt64 COMMENT 'Flagged units that won within the horizon',
    precision_total UInt64 COMMENT 'Flagged units that are old enough to judge',
    precision Float64 COMMENT 'Share of the flagged that won within the horizon; 0 where precision_total is 0',
    precision_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    precision_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    recall_of UInt64 COMMENT 'Wins flagged at most a horizon before',
    recall_total UInt64 COMMENT 'All wins',
    recall Float64 COMMENT 'Share of the wins that the definition flagged in time; 0 where recall_total is 0',
    recall_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    recall_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    flagged_share_of UInt64 COMMENT 'Leads flagged, of those that started a horizon ago or earlier',
    flagged_share_total UInt64 COMMENT 'Leads that started a horizon ago or earlier',
    flagged_share Float64 COMMENT 'Share of the leads that were flagged; 0 where flagged_share_total is 0',
    flagged_share_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    flagged_share_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    base_rate_of UInt64 COMMENT 'Leads that won within a horizon of their start',
    base_rate_total UInt64 COMMENT 'Leads that started a horizon ago or earlier',
    base_rate Float64 COMMENT 'Share of the leads that won within a horizon of their start; 0 where base_rate_total is 0',
    base_rate_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    base_rate_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    lift Float64 COMMENT 'precision / base_rate; 0 where either is unknown',
    lift_low Float64 COMMENT 'Lower end, of precision''s interval',
    lift_high Float64 COMMENT 'Upper end, of precision''s interval',
    median_lead_days Float64 COMMENT 'Median days from flag to win, of the wins caught; 0 without any',
    p90_lead_days Float64 COMMENT '90th percentile of the same',
    brier Float64 COMMENT 'Mean squared error of the forecast on the later half of the judged; all cohorts only',
    brier_reference Float64 COMMENT 'The same of a forecast that gives everybody the base rate',
    brier_units UInt64 COMMENT 'Units scored'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, route, definition, cohort)
COMMENT 'How good each definition of qualification is, over all and by cohort: all kept runs';

CREATE VIEW IF NOT EXISTS quality_definitions AS
SELECT * FROM quality_definitions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'How good each definition of qualification is, over all and by cohort';

CREATE TABLE IF NOT EXISTS quality_bands_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    definition LowCardinality(String) COMMENT 'Definition; (any) is whichever of the route came first',
    version UInt32 COMMENT 'Version of the definition; 0 for (any)',
    definition_hash LowCardinality(String) COMMENT 'Hash of the definition; empty for (any)',
    route LowCardinality(String) COMMENT 'mql, pql or cql; empty: any route',
    position UInt32 COMMENT 'Order of the bands, 0 for those not flagged',
    band String COMMENT 'Lead score when the definition was met, such as 40–50; or not flagged',
    trained UInt64 COMMENT 'Units of the band in the earlier half, which make the forecast',
    forecast Float64 COMMENT 'Share expected to win within the horizon',
    observed_of UInt64 COMMENT 'Units of the later half that won within the horizon',
    observed_total UInt64 COMMENT 'Units of the band in the later half',
    observed Float64 COMMENT 'Share that did, of the later half; 0 where observed_total is 0',
    observed_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    observed_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, route, definition, position)
COMMENT 'Reliability: what each band of the lead score forecast, and what happened: all kept runs';

CREATE VIEW IF NOT EXISTS quality_bands AS
SELECT * FROM quality_bands_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Reliability: what each band of the lead score forecast, and what happened';

CREATE TABLE IF NOT EXISTS quality_thresholds_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    score LowCardinality(String) COMMENT 'lead_score or bant',
    threshold Float64 COMMENT 'Least score that is passed on',
    in_use Bool COMMENT 'The step at or below the threshold by which the definition qualifies',
    passed UInt64 COMMENT 'Units that reached it before they won',
    missed UInt64 COMMENT 'Wins it would not have passed on in time',
    win_rate_of UInt64 COMMENT 'Passed on and won within the horizon',
    win_rate_total UInt64 COMMENT 'Passed on and old enough to judge',
    win_rate Float64 COMMENT 'Share of those passed on that won within the horizon; 0 where win_rate_total is 0',
    win_rate_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    win_rate_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    recall_of UInt64 COMMENT 'Wins passed on at most a horizon before',
    recall_total UInt64 COMMENT 'All wins',
    recall Float64 COMMENT 'Share of all wins passed on in time; 0 where recall_total is 0',
    recall_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    recall_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    flagged_share Float64 COMMENT 'Share of the leads passed on, of those that started a horizon ago or earlier',
    lift Float64 COMMENT 'win_rate over the base rate'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, score, threshold)
COMMENT 'What each threshold of a score would pass on, win and miss: all kept runs';

CREATE VIEW IF NOT EXISTS quality_thresholds AS
SELECT * FROM quality_thresholds_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What each threshold of a score would pass on, win and miss';

CREATE TABLE IF NOT EXISTS quality_routes_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    subject_kind LowCardinality(String) COMMENT 'route (which came first), definition (whoever met it) or all',
    subject LowCardinality(String) COMMENT 'pql, mql, cql or (none); a definition; or (all)',
    version UInt32 COMMENT 'Version of the definition; 0 for others',
    definition_hash LowCardinality(String) COMMENT 'Hash of the definition; empty for others',
    units UInt64 COMMENT 'Units',
    customers UInt64 COMMENT 'Of those, won by now',
    win_rate_of UInt64 COMMENT 'Won within the horizon of qualifying',
    win_rate_total UInt64 COMMENT 'Units old enough to judge',
    win_rate Float64 COMMENT 'Share won within the horizon; 0 where win_rate_total is 0',
    win_rate_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    win_rate_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    retained_of UInt64 COMMENT 'Not churned within a horizon of the win',
    retained_total UInt64 COMMENT 'Customers that won a horizon ago or earlier',
    retained Float64 COMMENT 'Share of the customers still there a horizon after the win; 0 where retained_total is 0',
    retained_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    retained_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)',
    monthly_revenue Float64 COMMENT 'Revenue of a customer and month; 0 when unknown',
    cost_per_win Float64 COMMENT 'Advertising cost of all units, won or not, by customer; 0 when unknown',
    gross_margin Float64 COMMENT 'Share of revenue assumed to be left after serving the customer',
    payback_months Float64 COMMENT 'cost_per_win / (monthly_revenue × gross_margin); 0 when unknown',
    csat Float64 COMMENT 'Mean answer to CSAT surveys; 0 without any',
    csat_answers UInt64 COMMENT 'Answers',
    nps Float64 COMMENT 'Net promoter score, −100 to 100; 0 without any',
    nps_answers UInt64 COMMENT 'Answers',
    esat Float64 COMMENT 'Mean answer to ESAT surveys of the team that owns the route, for (all) of everybody; 0 without any',
    esat_answers UInt64 COMMENT 'Answers',
    expected Float64 COMMENT 'Amount expected of the opportunities that are decided',
    closed Float64 COMMENT 'Amount of those that were won',
    forecast_accuracy Float64 COMMENT '1 − Σ|expected − closed| / Σ expected; 0 where nothing was expected'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, subject_kind, subject, version)
COMMENT 'What becomes of the units of each route and definition: wins, retention, money, satisfaction: all kept runs';

CREATE VIEW IF NOT EXISTS quality_routes AS
SELECT * FROM quality_routes_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What becomes of the units of each route and definition: wins, retention, money, satisfaction';

CREATE TABLE IF NOT EXISTS quality_sides_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    side_a LowCardinality(String) COMMENT 'marketing (MQL), product (PQL), conversation (CQL) or sales (SAL or SQL)',
    side_b LowCardinality(String) COMMENT 'The other one',
    cell LowCardinality(String) COMMENT 'both, only_a, only_b or neither',
    units UInt64 COMMENT 'Units, judged or not',
    win_rate_of UInt64 COMMENT 'Won within the horizon',
    win_rate_total UInt64 COMMENT 'Units old enough to judge',
    win_rate Float64 COMMENT 'Share of them won within a horizon of the first of the two flags; 0 where win_rate_total is 0',
    win_rate_low Float64 COMMENT 'Lower end of its 95 % interval (Wilson)',
    win_rate_high Float64 COMMENT 'Upper end of its 95 % interval (Wilson)'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, side_a, side_b, cell)
COMMENT 'Two views of who is qualified side by side, and who was right: all kept runs';

CREATE VIEW IF NOT EXISTS quality_sides AS
SELECT * FROM quality_sides_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Two views of who is qualified side by side, and who was right';

CREATE TABLE IF NOT EXISTS aha_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    horizon_days UInt32 COMMENT 'A conversion later than this after the flag is not the definition''s merit',
    position UInt32 COMMENT 'Order, the best on the later leads first',
    behaviour LowCardinality(String) COMMENT 'Meaning of the event, with the feature for feature_used',
    times UInt64 COMMENT 'At least so often',
    days UInt32 COMMENT 'Within so many days of the start',
    training_units UInt64 COMMENT 'Leads it was chosen on',
    training_phi Float64 COMMENT 'φ (Matthews'' correlation) on them',
    did_won UInt64 COMMENT 'Of the later leads: did it and won within a horizon after the window',
    did_not_win UInt64 COMMENT 'Did it and did not',
    didnt_won UInt64 COMMENT 'Didn''t do it and won',
    didnt_not_win UInt64 COMMENT 'Neither',
    phi Float64 COMMENT 'φ on the later leads',
    phi_low Float64 COMMENT 'Lower end of its 95 % interval (Fisher''s z)',
    phi_high Float64 COMMENT 'Upper end',
    ppv Float64 COMMENT 'Share of those who did it that won',
    npv Float64 COMMENT 'Share of those who didn''t that did not win',
    p_value Float64 COMMENT 'Of φ = 0, two-sided, on the later leads',
    p_adjusted Float64 COMMENT 'The same after Holm''s correction for all behaviours tried',
    holds Bool COMMENT 'φ above 0 and p_adjusted below 0.05'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, horizon_days, position)
COMMENT 'Which early behaviour separates later customers: chosen on earlier leads, reported on later ones: all kept runs';

CREATE VIEW IF NOT EXISTS aha AS
SELECT * FROM aha_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Which early behaviour separates later customers: chosen on earlier leads, reported on later ones';
