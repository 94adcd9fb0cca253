-- What the people of one account said that speaks for or against buying, with the words, the reason and how it ended; the latest first.
SELECT
    l.message_ts AS "Said",
    l.quote AS "In their words",
    if(l.why = '', NULL, l.why) AS "Why",
    if(l.level > 0, replaceAll(toString(l.rule), '_', ' '), concat('not: ', replaceAll(toString(l.negative_reason), '_', ' '))) AS "Heard as",
    l.level AS "Level",
    replaceAll(toString(l.outcome), '_', ' ') AS "Ended",
    l.conversation_id AS "Conversation"
FROM conversation_leads AS l
WHERE l.unit_kind = 'account' AND l.unit_id = ${account:sqlstring}
ORDER BY l.message_ts DESC, l.message_id
LIMIT 100
