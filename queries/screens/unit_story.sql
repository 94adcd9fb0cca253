-- What happened to a person or account, in order, each line with the event that made it so and the number of events that
-- prove it; of an account also whose event it was. At one instant: the touch, what was said, asked and answered, the stages in the drawn order, other definitions that
-- were met, conversions that are no stage. A stage reached by the lead score names the signals that had given most.
WITH
    converted AS
    (
        SELECT conversion_id, toString(conversion_type) AS conversion_type, converted_at, event_id,
            concat(if(value = 0, '', concat(toString(value), ' ', toString(currency))),
                if(unattributed_reason = '', '', concat(' (no credit: ', replaceAll(toString(unattributed_reason), '_', ' '), ')'))) AS worth
        FROM conversions
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    ),
    entered AS
    (
        SELECT toString(stage) AS stage, entered_at, entry_no, reason, via_definition, evidence_event_ids[-1] AS event_id,
            toUInt32(length(evidence_event_ids)) AS events
        FROM stages
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    ),
    scored AS
    (
        SELECT entered_at, concat('; most by ', arrayStringConcat(arraySlice(arrayMap(p -> concat(replaceAll(p.2, '_', ' '), ' ', toString(round(p.1))),
            arrayReverseSort(groupArray((points, signal)))), 1, 4), ', ')) AS points
        FROM
        (
            SELECT e.entered_at AS entered_at, toString(l.signal) AS signal,
                sum(l.points * if(l.half_life_days = 0, 1, exp2(-dateDiff('second', l.event_ts, e.entered_at) / 86400 / l.half_life_days))) AS points
            FROM (SELECT entered_at FROM entered WHERE reason LIKE 'lead score%') AS e
            CROSS JOIN (SELECT * FROM score_ledger WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}) AS l
            WHERE l.event_ts <= e.entered_at
            GROUP BY e.entered_at, l.signal
            HAVING points >= 0.5
        )
        GROUP BY entered_at
    ),
    story AS
    (
        SELECT touch_ts AS at, 1. AS rank, 'touch' AS what,
            concat(toString(channel), if(utm_campaign = '', '', concat(', ', utm_campaign)), if(landing_page = '', '', concat(', to ', landing_page))) AS detail,
            touch_id AS evidence, toUInt32(1) AS events, '' AS conversion_id
        FROM touchpoints
        WHERE if({unit_kind:String} = 'person', person_id, account_id) = {unit_id:String}
        UNION ALL
        SELECT e.entered_at, 4 + indexOf(['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won'], e.stage) / 100,
            concat('→ ', e.stage, if(e.entry_no > 1, concat(', ', toString(e.entry_no), multiIf(e.entry_no = 2, 'nd', e.entry_no = 3, 'rd', 'th'), ' time'), '')),
            -- The quote of a conversation stands in the line before.
            concat(if(e.stage = 'cql', replaceAll(splitByString(': “', e.reason)[1], '_', ' '), e.reason), s.points, if(c.worth = '', '', concat(', ', c.worth)),
                if(e.via_definition = '', '', concat(' [', toString(e.via_definition), ']'))),
            e.event_id, e.events, if(e.stage = 'won', c.conversion_id, '')
        FROM entered AS e
        LEFT JOIN converted AS c ON c.conversion_type = e.stage AND c.converted_at = e.entered_at
        LEFT JOIN scored AS s ON s.entered_at = e.entered_at AND e.reason LIKE 'lead score%'
        UNION ALL
        SELECT met_at, 5., concat('met ', upper(toString(route)), ' too'), concat(reason, ' [', toString(definition), ' v', toString(version), ']'),
            evidence_event_ids[-1], toUInt32(length(evidence_event_ids)), ''
        FROM qualifications
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String} AND NOT entered
        UNION ALL
        SELECT message_ts, 2., 'said',
            concat('“', quote, '”', if(why = '', '', concat(' because: ', why)),
                ' [', if(level > 0, concat(replaceAll(toString(rule), '_', ' '), ', level ', toString(level)), concat('not: ', replaceAll(toString(negative_reason), '_', ' '))), ']'),
            message_id, 1, ''
        FROM conversation_leads
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
        UNION ALL
        SELECT requested_at, 2.5, 'asked',
            concat(toString(request), if(replied_at IS NULL, if(status = 'never', ': never answered', ': no answer yet'),
                concat(': ', toString(replied_by), ' after ', formatReadableTimeDelta(if(wait_seconds < 60, wait_seconds, 60 * floor(wait_seconds / 60))))),
                if(replied_by != 'bot' OR human_at IS NULL, '', concat(', human after ', formatReadableTimeDelta(60 * greatest(1, dateDiff('minute', requested_at, assumeNotNull(human_at))))))),
            event_id, 1, ''
        FROM requests
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
        UNION ALL
        SELECT answered_at, 3., concat('BANT ', toString(round(score))),
            concat(if(outcome = '', '', concat(toString(outcome), ': ')), arrayStringConcat(arrayMap((name, answer) -> concat(name, ' ', ['?', 'no', 'yes'][answer + 2]),
                ['budget', 'authority', 'need', 'timeline'], [budget, authority, need, timeline]), ', '), if(revisit_at IS NULL, '', concat(', again ', toString(toDate(assumeNotNull(revisit_at)))))),
            event_id, 1, ''
        FROM bant_answers
        WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
        UNION ALL
        SELECT converted_at, 6., replaceAll(conversion_type, '_', ' '), worth, event_id, 1, conversion_id
        FROM converted
        WHERE (conversion_type, converted_at) NOT IN (SELECT stage, entered_at FROM entered)
    )
SELECT s.at AS at, s.what AS what, s.detail AS detail, s.evidence AS evidence, s.events AS events, s.conversion_id AS conversion_id,
    if({unit_kind:String} = 'account', if(p.email != '', p.email, if(p.user_id != '', p.user_id, m.person_id)), '') AS who
FROM story AS s
LEFT JOIN (SELECT event_id, any(person_id) AS person_id FROM person_events WHERE {unit_kind:String} = 'account' AND account_id = {unit_id:String} GROUP BY event_id) AS m
    ON m.event_id = s.evidence
LEFT JOIN (SELECT person_id, email, user_id FROM persons WHERE {unit_kind:String} = 'account') AS p ON p.person_id = m.person_id
ORDER BY s.at, s.rank, s.what, s.evidence
LIMIT {top:UInt32}
