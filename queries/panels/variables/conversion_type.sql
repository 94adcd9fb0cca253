-- Types of conversion that have happened, the win first.
SELECT conversion_type
FROM conversions
WHERE unit_kind = ${unit_kind:sqlstring}
GROUP BY conversion_type
ORDER BY conversion_type = 'won' DESC, count() DESC, conversion_type
