-- Win rate of each definition beside that of all leads.
SELECT
    concat(toString(definition), if(count() OVER (PARTITION BY definition) > 1, concat(' v', toString(version)), '')) AS "Definition",
    precision AS "Flagged",
    base_rate AS "All leads"
FROM quality_definitions
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND cohort = '' AND definition != '(any)' AND precision_total > 0
ORDER BY precision DESC, "Definition"
