-- Attribution models of the published run.
SELECT model
FROM attribution_ledger
WHERE unit_kind = ${unit_kind:sqlstring}
GROUP BY model
ORDER BY model
