CREATE TABLE IF NOT EXISTS definitions_by_run
(
    run_id UInt64 COMMENT 'Run that used the definition',
    definition LowCardinality(String) COMMENT 'Name, as other tables carry it',
    version UInt32 COMMENT 'Version, as its file says',
    definition_hash LowCardinality(String) COMMENT 'Hash of its name, version and content',
    kind LowCardinality(String) COMMENT 'score, bant, pql, mql, cql, stages, requests or exclusions',
    what String COMMENT 'What it does, in words',
    window_days Float64 COMMENT 'How far back its longest window looks; 0: no window, or for ever',
    properties Array(String) COMMENT 'Properties of events that its filters read, as paths',
    file String COMMENT 'File it stands in'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (definition)
COMMENT 'Definitions that decided who is qualified: all kept runs';

CREATE VIEW IF NOT EXISTS definitions AS
SELECT * FROM definitions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Definitions that decided who is qualified';

-- Events that exclusions left out. A unit of which nothing is left has no other row of qualification.
CREATE TABLE IF NOT EXISTS exclusions_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    account_id String COMMENT 'Account; empty when none',
    reason LowCardinality(String) COMMENT 'Why events were left out',
    events UInt64 COMMENT 'Events left out that a definition would have looked at',
    none_left Bool COMMENT 'All events of the unit were left out',
    definition LowCardinality(String) COMMENT 'Definition of the exclusions',
    definition_hash LowCardinality(String) COMMENT 'Hash of that definition'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, unit_id, reason)
COMMENT 'Events that were left out of qualification, by unit and reason: all kept runs';

CREATE VIEW IF NOT EXISTS exclusions AS
SELECT * FROM exclusions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Events that were left out of qualification, by unit and reason';
