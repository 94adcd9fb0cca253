-- Attribution models of the published run: those that say something of a channel. The ledger has the same, but has to be put
-- together to be asked.
SELECT DISTINCT toString(model) AS model
FROM attribution_effects
WHERE unit_kind = ${unit_kind:sqlstring}
ORDER BY model
