-- What each kept run did, beside what the published one says: for the people who look after the batch.
CREATE VIEW IF NOT EXISTS run_changes AS
SELECT run_id, countIf(unit_kind = 'person') AS persons, countIf(unit_kind = 'account') AS accounts
FROM recomputed_units_by_run
GROUP BY run_id
COMMENT 'How many people and accounts each kept run recomputed; a run that computed all has no row';

CREATE VIEW IF NOT EXISTS run_restatements AS
SELECT * FROM restatements_by_run WHERE run_id IN (SELECT run_id FROM runs FINAL WHERE status = 'published')
COMMENT 'Figures of closed months that each kept run changed, whether or not it is the published one now';

CREATE VIEW IF NOT EXISTS run_identities AS
SELECT * FROM identity_versions_by_run WHERE run_id IN (SELECT run_id FROM runs FINAL WHERE status = 'published')
COMMENT 'How each kept run resolved identities, whether or not it is the published one now';
