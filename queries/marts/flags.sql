-- The first time that each unit of the run met each definition, with the latest of the events named as its evidence:
-- evidence from after the flag would be a leak. A run wrote all events of the people whom it computes; those of an account are
-- its members', whoever wrote them. Events are known by a hash of their unit and id: there are millions.
INSERT INTO flags_by_run
WITH
    firsts AS
    (
        SELECT unit_kind, unit_id, definition, version, definition_hash, route, met_at, score, evidence_event_ids
        FROM qualifications_by_run
        WHERE run_id = {run_id:UInt64} AND junk_reason = ''
        ORDER BY unit_kind, unit_id, definition, version, definition_hash, met_at
        LIMIT 1 BY unit_kind, unit_id, definition, version, definition_hash
    ),
    happened AS
    (
        SELECT sipHash64('person', person_id, event_id) AS happening, event_ts
        FROM person_events_by_run
        WHERE run_id = {run_id:UInt64}
        UNION ALL
        SELECT sipHash64('account', account_id, event_id) AS happening, event_ts
        FROM person_events_at(run = {run_id:UInt64})
        WHERE account_id IN (SELECT unit_id FROM qualifications_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'account')
    )
SELECT
    {run_id:UInt64} AS run_id, unit_kind, unit_id, definition, version, definition_hash, any(route) AS route, any(met_at) AS met_at, any(score) AS score,
    max(evidence_at) AS latest_evidence
FROM
(
    SELECT unit_kind, unit_id, definition, version, definition_hash, route, met_at, score, CAST(NULL AS Nullable(DateTime64(3, 'UTC'))) AS evidence_at
    FROM firsts
    UNION ALL
    SELECT f.unit_kind, f.unit_id, definition, version, definition_hash, route, met_at, score, h.event_ts
    FROM happened AS h
    INNER JOIN (SELECT *, sipHash64(toString(unit_kind), unit_id, arrayJoin(evidence_event_ids)) AS happening FROM firsts) AS f
        ON f.happening = h.happening
)
GROUP BY unit_kind, unit_id, definition, version, definition_hash
