-- The person or account that somebody means: by its own id, or by any identifier of the person.
SELECT unit_kind, unit_id
FROM
(
    SELECT 'person' AS unit_kind, person_id AS unit_id FROM persons WHERE person_id = {who:String}
    UNION ALL
    SELECT 'person' AS unit_kind, person_id AS unit_id FROM person_identities WHERE id_value = {who:String} OR id_value = lower({who:String})
    UNION ALL
    SELECT 'account' AS unit_kind, account_id AS unit_id FROM accounts WHERE account_id = {who:String}
)
GROUP BY unit_kind, unit_id
ORDER BY unit_kind DESC, unit_id
