-- A qualification rests on what had happened by then: evidence from after it would be a leak, and every figure of quality
-- that counted it too good to be true.
SELECT q.unit_kind AS unit_kind, q.unit_id AS unit_id, q.definition AS definition, q.met_at AS met_at, e.event_id AS event_id, e.event_ts AS event_ts
FROM (SELECT unit_kind, unit_id, definition, met_at, arrayJoin(evidence_event_ids) AS event_id FROM qualifications) AS q
INNER JOIN
(
    SELECT person_id, account_id, event_id, event_ts
    FROM person_events
    WHERE event_id IN (SELECT arrayJoin(evidence_event_ids) FROM qualifications)
) AS e ON e.event_id = q.event_id
WHERE e.event_ts > q.met_at AND q.unit_id = if(q.unit_kind = 'account', e.account_id, e.person_id)
ORDER BY unit_kind, unit_id, met_at, event_id
