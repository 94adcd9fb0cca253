-- The accounts that these people belong or belonged to, in all kept runs.
SELECT DISTINCT account_id
FROM
(
    SELECT account_id FROM persons_by_run WHERE person_id IN {people:Array(String)}
    UNION ALL
    SELECT account_id FROM person_events_by_run WHERE person_id IN {people:Array(String)}
)
WHERE account_id != ''
ORDER BY account_id
