-- Types of conversion that the published run has, with the range of their times.
SELECT toString(unit_kind) AS unit_kind, toString(conversion_type) AS conversion_type, count() AS conversions,
    min(converted_at) AS first, max(converted_at) AS last
FROM conversions
GROUP BY unit_kind, conversion_type
ORDER BY unit_kind, conversions DESC, conversion_type
