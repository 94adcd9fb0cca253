-- Units of which the exclusions leave no event: they have no stage and count nowhere.
SELECT unit_kind, unit_id, reason, events
FROM exclusions
WHERE none_left
ORDER BY unit_kind, unit_id
