-- Every stage that one account entered, with the definition, the reason and the events that put it there; the latest first.
SELECT
    entered_at AS "Entered",
    if(stage IN ('mql', 'pql', 'cql', 'sal', 'sql'), upper(toString(stage)), toString(stage)) AS "Stage",
    entry_no AS "Entry",
    if(left_at IS NULL, NULL, dateDiff('second', entered_at, left_at) / 86400) AS "Days there",
    if(owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "Owner",
    replaceAll(reason, '_', ' ') AS "Why",
    replaceAll(toString(via_definition), '_', ' ') AS "Definition",
    if(length(evidence_event_ids) > 3, concat(arrayStringConcat(arraySlice(evidence_event_ids, 1, 3), ', '), ' and ', toString(length(evidence_event_ids) - 3), ' more'),
        arrayStringConcat(evidence_event_ids, ', ')) AS "Evidence (event ids)"
FROM stages
WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring}
ORDER BY entered_at DESC, stage
LIMIT 200
