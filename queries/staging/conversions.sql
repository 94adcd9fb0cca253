-- The conversions of one kind of unit, in the order of its touches: sign-ups, entries into the stages that a team
-- reports on, and every event of the names or meanings that count by themselves. A return (entry 2, 3, …) is a conversion of its own, with its cycle number. Money comes from the event that
-- proves the entry. Only those of the units that the run recomputes.
--
-- A sign-up or such an event that names nobody is a conversion of nobody: there is one, and whose cannot be told.
WITH
    junk AS
    (
        SELECT person_id FROM persons_at(run = {run_id:UInt64}) WHERE junk_reason != ''
    ),
    changed AS
    (
        SELECT unit_id FROM recomputed_units_by_run WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String}
    ),
    entries AS
    (
        SELECT unit_kind, unit_id, stage AS conversion_type, entry_no AS cycle_no, entered_at AS converted_at,
            evidence_event_ids[1] AS event_id
        FROM stages_by_run
        WHERE run_id = {run_id:UInt64} AND unit_kind = {unit_kind:String} AND stage IN {conversion_stages:Array(String)} AND junk_reason = ''
    ),
    sign_ups AS
    (
        SELECT {unit_kind:String} AS unit_kind, if(unit_kind = 'account', account_id, person_id) AS unit_id,
            'signed_up' AS conversion_type, toUInt32(1) AS cycle_no,
            min(event_ts) AS converted_at, argMin(event_id, (event_ts, source, event_id)) AS event_id
        FROM conversion_events_at(run = {run_id:UInt64})
        WHERE meaning = 'signed_up' AND person_id NOT IN (SELECT person_id FROM junk)
          AND ({previous_run:UInt64} = 0 OR unit_id IN (SELECT unit_id FROM changed))
        GROUP BY unit_id
        HAVING unit_id != ''
    ),
    happenings AS
    (
        SELECT {unit_kind:String} AS unit_kind, if(unit_kind = 'account', account_id, person_id) AS unit_id,
            concat('event:', arrayJoin(arrayFilter(word -> word IN (name, meaning), {conversion_events:Array(String)}))) AS conversion_type,
            toUInt32(row_number() OVER (PARTITION BY unit_id, conversion_type ORDER BY event_ts, source, event_id)) AS cycle_no,
            event_ts AS converted_at, event_id
        FROM person_events_at(run = {run_id:UInt64})
        WHERE notEmpty({conversion_events:Array(String)}) AND unit_id != '' AND person_id NOT IN (SELECT person_id FROM junk)
          AND ({previous_run:UInt64} = 0 OR unit_id IN (SELECT unit_id FROM changed))
    ),
    nobodys AS
    (
        SELECT 'person' AS unit_kind, '' AS unit_id,
            arrayJoin(arrayConcat(if(meaning = 'signed_up', ['signed_up'], []),
                arrayMap(word -> concat('event:', word), arrayFilter(word -> word IN (name, meaning), {conversion_events:Array(String)})))) AS conversion_type,
            toUInt32(1) AS cycle_no, event_ts AS converted_at, event_id
        FROM person_events_at(run = {run_id:UInt64})
        WHERE {unit_kind:String} = 'person' AND person_id = '' AND account_id = ''
          AND ({previous_run:UInt64} = 0 OR person_id IN (SELECT unit_id FROM changed))
    ),
    money AS
    (
        SELECT event_id, max(value) AS amount, argMax(currency, (value, currency)) AS amount_currency
        FROM conversion_events_at(run = {run_id:UInt64})
        WHERE value != 0
        GROUP BY event_id
    )
SELECT
    concat(c.unit_kind, ':', c.conversion_type, ':', c.unit_id, ':', if(c.unit_id = '', c.event_id, toString(c.cycle_no))) AS conversion_id,
    c.unit_kind AS unit_kind, c.unit_id AS unit_id, c.conversion_type AS conversion_type, c.cycle_no AS cycle_no,
    c.converted_at AS converted_at,
    c.conversion_type IN ('won', 'expanded') OR startsWith(c.conversion_type, 'event:') AS pays,
    if(pays, m.amount, toDecimal64(0, 4)) AS value,
    if(pays, m.amount_currency, '') AS currency,
    c.event_id AS event_id,
    '' AS unattributed_reason
FROM (SELECT * FROM entries UNION ALL SELECT * FROM sign_ups UNION ALL SELECT * FROM happenings UNION ALL SELECT * FROM nobodys) AS c
LEFT JOIN money AS m ON m.event_id = c.event_id
ORDER BY unit_id, converted_at, conversion_type, cycle_no
SETTINGS max_bytes_before_external_sort = 1000000000
