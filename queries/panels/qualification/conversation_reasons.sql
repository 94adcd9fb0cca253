-- What prospects said, by the rule that heard it: intent by level, and the reasons not to call. Units count once a rule.
SELECT
    if(l.level > 0, replaceAll(toString(l.rule), '_', ' '), concat('not: ', replaceAll(toString(l.negative_reason), '_', ' '))) AS "What they said",
    if(any(l.level) > 0, toString(any(l.level)), '') AS "Level",
    uniqExact(l.unit_id) AS "Units",
    uniqExactIf(l.unit_id, w.unit_id != '' AND w.at >= l.message_ts) / "Units" AS "Won since",
    argMax(l.quote, (l.message_ts, l.message_id)) AS "Last said"
FROM conversation_leads AS l
LEFT JOIN (SELECT unit_id, min(entered_at) AS at FROM stages WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'won' GROUP BY unit_id) AS w ON w.unit_id = l.unit_id
WHERE l.unit_kind = ${unit_kind:sqlstring} AND $__timeFilter_ms(l.message_ts)
GROUP BY l.rule, l.negative_reason, l.level > 0, "What they said"
ORDER BY any(l.level) DESC, "Units" DESC, "What they said"
LIMIT 40
