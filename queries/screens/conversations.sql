-- Everything that was said in the conversations of a person, or of all members of an account, in order.
WITH JSONExtractString(e.properties, 'text') AS said
SELECT
    e.event_ts AS at, JSONExtractString(e.properties, 'conversation_id') AS conversation,
    multiIf(e.meaning = 'message_from_prospect', 'prospect', e.meaning = 'conversation_closed', 'closed',
        JSONExtractString(e.properties, 'agent') = 'bot', 'bot', 'agent') AS by,
    if(e.meaning = 'conversation_closed', replaceAll(JSONExtractString(e.properties, 'outcome'), '_', ' '), if(match(said, '</?[a-zA-Z]'), extractTextFromHTML(said), said)) AS text,
    replaceAll(toString(l.heard), '_', ' ') AS heard, e.person_id AS person_id, toString(e.source) AS source, e.event_id AS evidence
FROM person_events AS e
LEFT JOIN
(
    SELECT message_id, arrayStringConcat(arrayReverseSort(groupUniqArray(
        concat(if(level > 0, concat(toString(rule), ', level ', toString(level)), concat('not: ', toString(negative_reason))), ', ', toString(round(100 * confidence)), ' % sure'))), '; ') AS heard
    FROM conversation_leads
    WHERE unit_kind = {unit_kind:String} AND unit_id = {unit_id:String}
    GROUP BY message_id
) AS l ON l.message_id = e.event_id
WHERE if({unit_kind:String} = 'account', e.account_id, e.person_id) = {unit_id:String}
  AND e.meaning IN ('message_from_prospect', 'message_from_agent', 'conversation_closed')
ORDER BY e.event_ts, e.source, e.event_id
LIMIT {top:UInt32}
