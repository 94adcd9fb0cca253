-- What a run restated, by reason: how many figures, and the one that moved most.
SELECT
    toString(reason) AS reason, count() AS figures,
    argMax((concat(channel, ' by ', model, ' for ', conversion_type, ' of ', unit_kind, 's in ', formatDateTime(month, '%Y-%m')), r.was, r.now),
        (abs(r.now - r.was), channel, model)) AS moved,
    moved.1 AS largest, moved.2 AS was, moved.3 AS now
FROM restatements_by_run AS r
WHERE run_id = {run_id:UInt64}
GROUP BY reason
ORDER BY figures DESC, reason
