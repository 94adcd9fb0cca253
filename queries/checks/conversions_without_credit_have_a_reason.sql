-- A conversion that no touch gets credit for says why, and only such a one does.
SELECT c.conversion_id AS conversion_id, c.unattributed_reason AS reason, t.touches AS touches
FROM conversions AS c
LEFT JOIN (SELECT conversion_id, countIf(touch_id != '') AS touches FROM credited_touches GROUP BY conversion_id) AS t ON t.conversion_id = c.conversion_id
WHERE (c.unattributed_reason = '') != (t.touches > 0)
ORDER BY conversion_id
