-- Every conversion stands in the ledger of every model.
SELECT c.conversion_id AS conversion_id, m.model AS model
FROM conversions AS c
CROSS JOIN (SELECT DISTINCT model FROM attribution_ledger) AS m
LEFT ANTI JOIN attribution_ledger AS l ON l.conversion_id = c.conversion_id AND l.model = m.model
ORDER BY conversion_id, model
