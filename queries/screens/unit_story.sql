-- What happened to a person or account, in order, each line with the event that proves it. At one instant: the touch, what
-- was said and answered, the stages in the drawn order, other definitions that were met, conversions.
SELECT at, what, detail, evidence
FROM
(
    SELECT touch_ts AS at, 1. AS rank, 'touch' AS what,
        concat(channel, if(utm_campaign = '', '', concat(', ', utm_campaign)), if(landing_page = '', '', concat(' → ', landing_page))) AS detail,
        touch_id AS evidence
    FROM touchpoints
    WHERE if({unit_kind:String} = 'person', person_id, account_id) = {unit_id:String}
    UNION ALL
    SELECT entered_at AS at, 4 + indexOf(['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won'], stage) / 100 AS rank, concat('→ ', stage, if(entry_no > 1, concat(' (', toString(entry_no), ')'), '')) AS what,
        concat(reason, if(via_definition = '', '', concat(' [', via_definition, ']'))) AS detail, evidence_event_ids[1] AS evidence
    FROM stages
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    UNION ALL
    SELECT met_at AS at, 5. AS rank, concat('met ', upper(toString(route)), ' again') AS what, concat(reason, ' [', definition, ' v', toString(version), ']') AS detail, evidence_event_ids[1] AS evidence
    FROM qualifications
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String} AND NOT entered
    UNION ALL
    SELECT message_ts AS at, 2. AS rank, 'said' AS what,
        concat('“', quote, '”', if(why = '', '', concat(' because: ', why)), ' [', if(level > 0, concat(toString(rule), ', level ', toString(level)), concat('not: ', toString(negative_reason))), ']') AS detail,
        message_id AS evidence
    FROM conversation_leads
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    UNION ALL
    SELECT answered_at AS at, 3. AS rank, concat('BANT ', toString(round(score))) AS what,
        concat(if(outcome = '', '', concat(outcome, ': ')), arrayStringConcat(arrayMap((name, answer) -> concat(name, ' ', ['?', 'no', 'yes'][answer + 2]),
            ['budget', 'authority', 'need', 'timeline'], [budget, authority, need, timeline]), ', '), if(revisit_at IS NULL, '', concat(', again ', toString(toDate(assumeNotNull(revisit_at)))))) AS detail,
        event_id AS evidence
    FROM bant_answers
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    UNION ALL
    SELECT converted_at AS at, 6. AS rank, concat('converted: ', conversion_type) AS what,
        concat(conversion_id, if(value = 0, '', concat(', ', toString(value), ' ', currency)),
            if(unattributed_reason = '', '', concat(', no credit: ', unattributed_reason))) AS detail, event_id AS evidence
    FROM conversions
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
)
ORDER BY at, rank, what, evidence
LIMIT {top:UInt32}
