-- Everything said in the conversations of one person or account, in order: those of the id given above; without one, of
-- the last who was conversation-qualified.
WITH
    if(${unit:sqlstring} != '', ${unit:sqlstring},
        (SELECT argMax(unit_id, (message_ts, message_id)) FROM conversation_leads WHERE unit_kind = ${unit_kind:sqlstring} AND level > 1)) AS wanted,
    people AS
    (
        SELECT person_id FROM persons WHERE person_id = wanted OR account_id = wanted OR email = lower(wanted)
        UNION DISTINCT
        SELECT person_id FROM person_identities WHERE id_value = wanted
    ),
    JSONExtractString(e.properties, 'text') AS said
SELECT
    e.event_ts AS "When",
    JSONExtractString(e.properties, 'conversation_id') AS "Conversation",
    multiIf(e.meaning = 'message_from_prospect', 'prospect', e.meaning = 'conversation_closed', 'closed', JSONExtractString(e.properties, 'agent') = 'bot', 'bot', 'agent') AS "By",
    if(e.meaning = 'conversation_closed', replaceAll(JSONExtractString(e.properties, 'outcome'), '_', ' '), if(match(said, '</?[a-zA-Z]'), extractTextFromHTML(said), said)) AS "Text",
    replaceAll(toString(l.heard), '_', ' ') AS "Heard as"
FROM person_events AS e
LEFT JOIN
(
    SELECT message_id, arrayStringConcat(arrayReverseSort(groupUniqArray(
        concat(if(level > 0, toString(rule), concat('not: ', toString(negative_reason))), ', ', toString(round(100 * confidence)), ' %'))), '; ') AS heard
    FROM conversation_leads
    GROUP BY message_id
) AS l ON l.message_id = e.event_id
WHERE e.person_id IN (SELECT person_id FROM people)
  AND e.meaning IN ('message_from_prospect', 'message_from_agent', 'conversation_closed')
ORDER BY e.event_ts, e.source, e.event_id
LIMIT 500
