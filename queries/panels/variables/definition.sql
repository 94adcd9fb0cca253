-- Definitions of qualification that somebody met, those that flag most first.
SELECT definition
FROM quality_definitions
WHERE unit_kind = ${unit_kind:sqlstring} AND cohort = '' AND definition != '(any)'
GROUP BY definition
ORDER BY max(flagged) DESC, definition
