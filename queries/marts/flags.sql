-- The first time that each unit of the run met each definition, with the latest of the events named as its evidence:
-- evidence from after the flag would be a leak. Events are known by a hash of their unit and id: there are millions.
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
        SELECT sipHash64(unit.1, unit.2, event_id) AS happening, event_ts, 1 AS found
        FROM person_events_at(run = {run_id:UInt64})
        ARRAY JOIN [('person', person_id), ('account', account_id)] AS unit
        WHERE ({previous_run:UInt64} = 0
               OR person_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'person')
               OR account_id IN (SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = 'account'))
          AND happening IN (SELECT sipHash64(toString(unit_kind), unit_id, arrayJoin(evidence_event_ids)) FROM firsts)
    )
SELECT
    {run_id:UInt64} AS run_id, unit_kind, unit_id, definition, version, definition_hash, any(route) AS route, any(met_at) AS met_at, any(score) AS score,
    maxOrNullIf(h.event_ts, h.found = 1) AS latest_evidence
FROM
(
    SELECT *, sipHash64(toString(unit_kind), unit_id, arrayJoin(if(empty(evidence_event_ids), [''], evidence_event_ids))) AS happening
    FROM firsts
) AS f
LEFT JOIN happened AS h ON h.happening = f.happening
GROUP BY unit_kind, unit_id, definition, version, definition_hash
