-- What a CRM acts on: one row for each time that a unit entered a route of qualification.
--
-- message_id names the qualification for good: the unit, the route and the instant. Where late events or a merge of people
-- move the instant or the unit, that is another qualification with another id.
CREATE VIEW IF NOT EXISTS qualified AS
SELECT
    lower(hex(sipHash128(s.unit_kind, s.unit_id, s.stage, toUnixTimestamp64Milli(s.entered_at)))) AS message_id,
    s.unit_kind AS unit_kind,
    s.unit_id AS unit_id,
    s.account_id AS account_id,
    p.email AS email,
    p.user_id AS user_id,
    s.stage AS route,
    s.entered_at AS qualified_at,
    s.left_at AS left_at,
    s.entry_no AS entry_no,
    s.via_definition AS definition,
    q.version AS version,
    s.definition_hash AS definition_hash,
    s.reason AS reason,
    q.score AS score,
    c.quote AS quote,
    c.why AS why,
    s.owner AS owner,
    s.origin AS origin,
    s.evidence_event_ids AS evidence_event_ids
FROM stages AS s
LEFT JOIN
(
    SELECT unit_kind, unit_id, route, met_at, definition, any(version) AS version, any(score) AS score
    FROM qualifications
    GROUP BY unit_kind, unit_id, route, met_at, definition
) AS q ON q.unit_kind = s.unit_kind AND q.unit_id = s.unit_id AND q.route = s.stage AND q.met_at = s.entered_at AND q.definition = s.via_definition
LEFT JOIN
(
    SELECT unit_kind, unit_id, message_ts, any(quote) AS quote, any(why) AS why
    FROM conversation_leads
    WHERE level > 0
    GROUP BY unit_kind, unit_id, message_ts
) AS c ON s.stage = 'cql' AND c.unit_kind = s.unit_kind AND c.unit_id = s.unit_id AND c.message_ts = s.entered_at
LEFT JOIN (SELECT 'person' AS unit_kind, person_id, email, user_id FROM persons) AS p ON p.unit_kind = s.unit_kind AND p.person_id = s.unit_id
WHERE s.stage IN ('mql', 'pql', 'cql') AND s.junk_reason = ''
COMMENT 'Every qualification with its reason and evidence, as a CRM needs it; junk left out';

-- Kept over runs: a qualification that every run finds again is sent once.
CREATE TABLE IF NOT EXISTS qualified_sent
(
    topic LowCardinality(String) COMMENT 'Kafka topic it was sent to',
    message_id String COMMENT 'Qualification, see qualified',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    unit_id String COMMENT 'person_id or account_id',
    sent_at DateTime64(3, 'UTC') COMMENT 'When Kafka had acknowledged it'
)
ENGINE = ReplacingMergeTree(sent_at)
ORDER BY (topic, message_id)
COMMENT 'Qualifications that were sent to Kafka; read with FINAL';
