-- People who asked to be forgotten (docs/identity.md). Kept are digests alone: enough to know somebody again whose events
-- come back by a replay or by reading a topic anew, and not enough to list anybody. Each batch run removes what came back
-- before it reads, so that no other statement has to know of this table and ingest's hot path neither.
--
-- The salt keeps tables of hashes of known addresses from being of use. Whoever may read both tables can still test
-- whether a given address is among the forgotten, as any list of this kind must allow.
CREATE TABLE IF NOT EXISTS forgotten
(
    id_kind      LowCardinality(String) COMMENT 'anonymous, user or email: an identifier of events; letter: the place of a dead letter; person or account: a unit whose rows were removed',
    digest       String COMMENT 'First 128 bits of SHA-256 of salt, kind and identifier with zero bytes between them, in hexadecimal',
    request      String COMMENT 'Random id of the request; deleting its rows here lets the person in again',
    forgotten_at DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = ReplacingMergeTree(forgotten_at)
ORDER BY (id_kind, digest)
COMMENT 'Digests of the identifiers of people who asked to be forgotten; read with FINAL';

CREATE TABLE IF NOT EXISTS forgotten_salt
(
    one  UInt8 COMMENT 'Always 1: there is one salt',
    salt String COMMENT 'Goes before what is hashed; never changes, or the forgotten would come back'
)
ENGINE = ReplacingMergeTree
ORDER BY one
COMMENT 'The salt of table forgotten';

INSERT INTO forgotten_salt SELECT 1, concat(toString(generateUUIDv4(1)), toString(generateUUIDv4(2))) WHERE (SELECT count() FROM forgotten_salt) = 0;
