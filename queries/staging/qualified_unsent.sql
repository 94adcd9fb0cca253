-- Qualifications since a time that were not sent to a topic yet, the oldest first. What was qualified before the time is
-- never sent: it is history.
SELECT message_id, unit_kind, unit_id, account_id, email, user_id, route, qualified_at, left_at, entry_no, definition, version, definition_hash,
    reason, score, quote, why, owner, origin, evidence_event_ids
FROM qualified
WHERE qualified_at >= {since:DateTime64(3, 'UTC')} AND unit_kind IN {unit_kinds:Array(String)}
  AND message_id NOT IN (SELECT message_id FROM qualified_sent FINAL WHERE topic = {topic:String})
ORDER BY qualified_at, unit_kind, unit_id, route
