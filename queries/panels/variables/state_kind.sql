-- Path reports of the published run: stages and channels first, then saved ones.
SELECT toString(state_kind) AS state_kind
FROM path_segments
WHERE unit_kind = ${unit_kind:sqlstring} AND segment_by = ''
GROUP BY state_kind
ORDER BY indexOf(['stage', 'channel'], state_kind) = 0, indexOf(['stage', 'channel'], state_kind), state_kind
