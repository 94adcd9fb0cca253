-- A stage is left no earlier than it is entered.
SELECT unit_kind, unit_id, stage, entered_at, left_at
FROM stages
WHERE left_at < entered_at
ORDER BY unit_kind, unit_id, entered_at
