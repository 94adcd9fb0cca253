-- Who is one person can change under figures that were reported: what a run restated is told.
CREATE TABLE IF NOT EXISTS identity_versions_by_run
(
    run_id UInt64 COMMENT 'Run that resolved',
    identity_version String COMMENT 'Hash of which identifier belongs to which person; the same as long as all do',
    options_hash String COMMENT 'Hash of the options of the resolution, identity.yaml',
    identifiers UInt64 COMMENT 'Distinct identifiers',
    junk_identifiers UInt64 COMMENT 'Of them, those that stand for nobody: null, zeros, control characters, …',
    unseen_identifiers UInt64 COMMENT 'Identifiers that identity.yaml names and no event carries',
    claims UInt64 COMMENT 'Distinct claims that two identifiers are one person''s',
    quarantined UInt64 COMMENT 'Of them, those not believed',
    people UInt64 COMMENT 'People',
    people_before UInt64 COMMENT 'People of the run before',
    appeared UInt64 COMMENT 'People of whom no identifier was known before',
    merged UInt64 COMMENT 'People of the run before who became one with somebody else',
    split UInt64 COMMENT 'People of the run before of whom identifiers went to others',
    renamed UInt64 COMMENT 'People of the run before who have another id now: visitors who were identified, mostly',
    gone UInt64 COMMENT 'People of the run before whom no event names any more'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY run_id
COMMENT 'How each run resolved identities, and what it restated: all kept runs';

CREATE VIEW IF NOT EXISTS identity_versions AS
SELECT * FROM identity_versions_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'How identities were resolved, and what that restated';

CREATE TABLE IF NOT EXISTS identity_changes_by_run
(
    run_id UInt64 COMMENT 'Run that restated',
    person_id String COMMENT 'Person of the run before',
    new_person_id String COMMENT 'Person who holds identifiers of theirs now; empty when they are gone',
    change LowCardinality(String) COMMENT 'merged, split, renamed or gone',
    identifiers UInt32 COMMENT 'Identifiers that went from the one to the other'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (person_id, new_person_id)
COMMENT 'Which people a run restated, compared with the run before: all kept runs';

CREATE VIEW IF NOT EXISTS identity_changes AS
SELECT * FROM identity_changes_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'Which people were restated, compared with the run before';

ALTER TABLE person_identities_by_run COMMENT COLUMN rule 'Edge rule that tied it to the person: self, declared, alias, conversion, record, email, same_event';
ALTER TABLE identity_quarantine_by_run COMMENT COLUMN rule 'Why they were claimed to be one person: declared, alias, conversion, record, email, same_event';
ALTER TABLE identity_quarantine_by_run COMMENT COLUMN reason 'Why it was not believed: shared_device, shared_mailbox, component_too_large, junk_identifier, separated';
ALTER TABLE persons_by_run COMMENT COLUMN junk_reason 'Why the person is not a real prospect: disposable_email, own_staff, test, keyboard_mash, bot, internal; empty otherwise';
