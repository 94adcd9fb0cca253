-- For each conversion and model the weights sum to 1, credited or (unattributed) alike; participation, which gives each
-- channel a full credit, is the exception by definition.
SELECT conversion_id, model, sum(weight) AS weights
FROM attribution_ledger
WHERE model != 'participation'
GROUP BY conversion_id, model
HAVING abs(weights - 1) > 1e-9
ORDER BY conversion_id, model
