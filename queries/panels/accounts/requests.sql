-- What one account has asked for: open requests first, then the latest.
WITH (SELECT max(observed_until) FROM runs FINAL WHERE run_id = (SELECT run_id FROM published_run)) AS until
SELECT
    replaceAll(toString(status), 'never', 'never answered') AS "Status",
    request AS "Request",
    requested_at AS "Asked",
    if(status = 'answered', wait_seconds, NULL) AS "Answered after",
    if(status = 'answered', toString(replied_by), NULL) AS "By",
    if(status = 'waiting', dateDiff('second', requested_at, until), NULL) AS "Waiting for",
    if(owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "Owner",
    conversation_id AS "Conversation"
FROM requests
WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring}
ORDER BY status = 'waiting' DESC, requested_at DESC, event_id
LIMIT 100
