-- For each conversion and model the credited values sum to the conversion's value, to the last digit.
SELECT c.conversion_id AS conversion_id, l.model AS model, l.credited AS credited, c.value AS value
FROM conversions AS c
INNER JOIN
(
    SELECT conversion_id, model, sum(credited_value) AS credited
    FROM attribution_ledger
    WHERE model != 'participation'
    GROUP BY conversion_id, model
) AS l ON l.conversion_id = c.conversion_id
WHERE l.credited != c.value
ORDER BY conversion_id, model
