-- Share of the simulated conversions that would have come with no marketing at all; no row for a real company.
SELECT true_share AS "Share"
FROM simulation_truth FINAL
WHERE unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring} AND channel = '(baseline)'
