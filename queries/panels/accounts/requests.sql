-- What one account has asked for: open requests first, then the latest.
SELECT
    replaceAll(toString(status), 'never', 'never answered') AS "Status",
    request AS "Request",
    requested_at AS "Asked",
    if(status = 'answered', wait_seconds, NULL) AS "Answered after",
    if(status = 'answered', toString(replied_by), NULL) AS "By",
    if(status = 'waiting', wait_seconds, NULL) AS "Waiting for",
    if(owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "Owner",
    conversation_id AS "Conversation"
FROM requests
WHERE unit_kind = 'account' AND unit_id = ${account:sqlstring}
ORDER BY status = 'waiting' DESC, requested_at DESC, event_id
LIMIT 100
