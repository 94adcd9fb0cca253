CREATE TABLE IF NOT EXISTS stages_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    stage LowCardinality(String) COMMENT 'Stage code, see definitions',
    entry_no UInt32 COMMENT '1 for the first entry of this unit into this stage, 2 for the first return, …',
    entered_at DateTime64(3, 'UTC') COMMENT 'Instant of the event that made it so',
    left_at Nullable(DateTime64(3, 'UTC')) COMMENT 'Instant it was left; NULL while in it',
    owner LowCardinality(String) COMMENT 'Who owns the stage: marketing, product, sdr, ae or success',
    origin LowCardinality(String) COMMENT 'inbound, outbound, sgl, tgl or product',
    via_definition LowCardinality(String) COMMENT 'Definition that put it there',
    definition_hash LowCardinality(String) COMMENT 'Hash of that definition',
    reason String COMMENT 'Why, in words',
    evidence_event_ids Array(String) COMMENT 'Events that prove it',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, entered_at, stage)
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered: all kept runs';

CREATE VIEW IF NOT EXISTS stages AS
SELECT * FROM stages_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered';

CREATE TABLE IF NOT EXISTS score_ledger_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    score LowCardinality(String) COMMENT 'fit or engagement',
    signal LowCardinality(String) COMMENT 'Signal that gave the points',
    event_ts DateTime64(3, 'UTC') COMMENT 'When',
    event_id String COMMENT 'Event',
    points Float64 COMMENT 'Points before decay',
    half_life_days Float64 COMMENT 'Half life; 0 means no decay'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, event_ts, event_id, signal)
COMMENT 'Points a unit earned, row by row; their sum is the score: all kept runs';

CREATE VIEW IF NOT EXISTS score_ledger AS
SELECT * FROM score_ledger_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Points a unit earned, row by row; their sum is the score';

CREATE TABLE IF NOT EXISTS conversation_leads_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    conversation_id String COMMENT 'Conversation',
    message_id String COMMENT 'Quoted message, an event id',
    message_ts DateTime64(3, 'UTC') COMMENT 'When it was said',
    quote String COMMENT 'The words',
    why String COMMENT 'The stated use or problem',
    level Int8 COMMENT '-1 not qualified, 1, 2 or 3',
    confidence Float64 COMMENT '0 to 1',
    rule LowCardinality(String) COMMENT 'Rule that matched',
    negative_reason LowCardinality(String) COMMENT 'support, spam, student, job_seeker, competitor; empty otherwise',
    outcome LowCardinality(String) COMMENT 'How the conversation ended'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, message_ts)
COMMENT 'Conversations in which a prospect said they intend to buy, with the quote: all kept runs';

CREATE VIEW IF NOT EXISTS conversation_leads AS
SELECT * FROM conversation_leads_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Conversations in which a prospect said they intend to buy, with the quote';

CREATE TABLE IF NOT EXISTS bant_answers_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    answered_at DateTime64(3, 'UTC') COMMENT 'When',
    event_id String COMMENT 'Call or form',
    budget Int8 COMMENT '1 good, 0 bad, -1 unknown',
    authority Int8 COMMENT '1 good, 0 bad, -1 unknown',
    need Int8 COMMENT '1 good, 0 bad, -1 unknown',
    timeline Int8 COMMENT '1 good, 0 bad, -1 unknown',
    score Float64 COMMENT '0 to 100',
    outcome LowCardinality(String) COMMENT 'Outcome of the call',
    revisit_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When to call again, for those sent to nurture'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, answered_at)
COMMENT 'Answers to budget, authority, need and timeline, with the score they make: all kept runs';

CREATE VIEW IF NOT EXISTS bant_answers AS
SELECT * FROM bant_answers_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Answers to budget, authority, need and timeline, with the score they make';
