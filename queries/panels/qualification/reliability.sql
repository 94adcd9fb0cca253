-- Share expected to win and share that did, by lead score when the definition was met.
SELECT
    concat(band, ' (', toString(observed_total), ')') AS "Lead score (units)",
    if(trained = 0, NULL, forecast) AS "Expected",
    if(observed_total = 0, NULL, observed) AS "Happened",
    if(observed_total = 0, NULL, observed_low) AS "low",
    if(observed_total = 0, NULL, observed_high) AS "high"
FROM quality_bands
WHERE unit_kind = ${unit_kind:sqlstring} AND horizon_days = toUInt32(${horizon:sqlstring}) AND definition = ${definition:sqlstring}
ORDER BY version, position
