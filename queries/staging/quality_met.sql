-- The first time that each unit met each definition, with the latest of the events named as its evidence: evidence from
-- after the flag would be a leak.
WITH
    firsts AS
    (
        SELECT unit_id, definition, version, definition_hash, route, met_at, score, evidence_event_ids
        FROM qualifications_at(run = {run_id:UInt64})
        WHERE unit_kind = {unit_kind:String} AND junk_reason = ''
        ORDER BY unit_id, definition, version, definition_hash, met_at
        LIMIT 1 BY unit_id, definition, version, definition_hash
    ),
    named AS (SELECT unit_id, definition, version, definition_hash, arrayJoin(evidence_event_ids) AS event_id FROM firsts),
    happened AS
    (
        SELECT if({unit_kind:String} = 'account', account_id, person_id) AS unit_id, event_id, event_ts
        FROM person_events_at(run = {run_id:UInt64})
        WHERE event_id IN (SELECT event_id FROM named)
    ),
    evidence AS
    (
        SELECT n.unit_id AS unit_id, n.definition AS definition, n.version AS version, n.definition_hash AS definition_hash, max(h.event_ts) AS latest
        FROM named AS n
        INNER JOIN happened AS h ON h.unit_id = n.unit_id AND h.event_id = n.event_id
        GROUP BY unit_id, definition, version, definition_hash
    )
SELECT
    f.unit_id AS unit_id, f.definition AS definition, f.version AS version, f.definition_hash AS definition_hash, f.route AS route,
    f.met_at AS met_at, f.score AS score, e.latest AS latest_evidence
FROM firsts AS f
LEFT JOIN evidence AS e ON e.unit_id = f.unit_id AND e.definition = f.definition AND e.version = f.version AND e.definition_hash = f.definition_hash
ORDER BY unit_id, met_at, definition, version
