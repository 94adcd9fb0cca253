-- Saved funnels of the published run.
SELECT toString(funnel) AS funnel
FROM funnel_steps
WHERE unit_kind = ${unit_kind:sqlstring}
GROUP BY funnel
ORDER BY funnel
