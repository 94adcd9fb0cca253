-- Speed to lead. Which events ask for a reply, and what is one, the definitions say; a newsletter form asks for none.
CREATE TABLE IF NOT EXISTS requests_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    request LowCardinality(String) COMMENT 'Kind of request, e.g. form or chat message',
    event_id String COMMENT 'Event that asked',
    conversation_id String COMMENT 'Conversation; empty outside of one',
    requested_at DateTime64(3, 'UTC') COMMENT 'When it was asked',
    owner LowCardinality(String) COMMENT 'Who owned the unit''s stage then',
    replied_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First reply by a person or bot; NULL: none before it counts as never answered',
    reply_event_id String COMMENT 'Event that is the reply; empty when none',
    replied_by LowCardinality(String) COMMENT 'human or bot; empty when nobody did',
    human_at Nullable(DateTime64(3, 'UTC')) COMMENT 'First reply by a human; NULL: none',
    wait_seconds Float64 COMMENT 'Seconds to the reply, else until it counted as never or the end of observation',
    open_seconds Float64 COMMENT 'The part of wait_seconds within business hours; all of it without a calendar',
    in_time Bool COMMENT 'Answered within the promised time, counted in business hours if there is a calendar',
    status LowCardinality(String) COMMENT 'answered, waiting (too young to say) or never',
    moved_on Bool COMMENT 'An event took the unit to another stage before the request counted as never answered',
    definition LowCardinality(String) COMMENT 'Definition of requests and replies',
    definition_hash LowCardinality(String) COMMENT 'Hash of that definition',
    junk_reason LowCardinality(String) COMMENT 'Reason when the unit is no real prospect; empty otherwise'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, requested_at, event_id)
COMMENT 'What units asked for, and how soon it was answered: all kept runs';

CREATE VIEW IF NOT EXISTS requests AS
SELECT * FROM requests_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What units asked for, and how soon it was answered';
