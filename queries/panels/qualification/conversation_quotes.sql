-- The latest conversation-qualified, in their own words.
SELECT
    l.message_ts AS "Said",
    if(p.email = '', l.unit_id, p.email) AS "Who",
    l.unit_id AS "Id",
    l.quote AS "Quote",
    l.why AS "Why",
    replaceAll(toString(l.rule), '_', ' ') AS "Heard as",
    toString(l.level) AS "Level",
    replaceAll(toString(l.outcome), '_', ' ') AS "Ended"
FROM conversation_leads AS l
LEFT JOIN (SELECT person_id, email FROM persons WHERE ${unit_kind:sqlstring} = 'person') AS p ON p.person_id = l.unit_id
WHERE l.unit_kind = ${unit_kind:sqlstring} AND l.level > 0 AND $__timeFilter_ms(l.message_ts)
ORDER BY l.message_ts DESC, l.message_id
LIMIT 100
