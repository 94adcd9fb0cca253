-- Every credited touch is a touchpoint, and every touchpoint is an event: each figure traces to what was received.
SELECT l.touch_id AS touch_id, any(l.conversion_id) AS conversion_id
FROM attribution_ledger AS l
LEFT ANTI JOIN touchpoints AS t ON t.touch_id = l.touch_id
WHERE l.touch_id != ''
GROUP BY l.touch_id
ORDER BY touch_id
