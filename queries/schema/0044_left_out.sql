-- One place says what figures leave out: the terminal, dashboards and exports read it.
CREATE VIEW IF NOT EXISTS left_out AS
SELECT what, toString(reason) AS reason, items, events
FROM
(
    SELECT 1 AS rank, 'visits' AS what, reason, count() AS items, sum(events) AS events FROM excluded_touches GROUP BY reason
    UNION ALL
    SELECT 2, 'people', junk_reason, count(), sum(events) FROM persons WHERE junk_reason != '' GROUP BY junk_reason
    UNION ALL
    SELECT 3, 'claims of identity', reason, count(), 0 FROM identity_quarantine GROUP BY reason
    UNION ALL
    SELECT 4, 'identifiers', 'stand for nobody', sum(junk_identifiers), 0 FROM identity_versions HAVING sum(junk_identifiers) > 0
    UNION ALL
    SELECT 5, 'events', 'name nobody', count(), count() FROM person_events WHERE person_id = '' AND account_id = '' AND kind != 'ad_cost' HAVING count() > 0
)
ORDER BY rank, items DESC, reason
COMMENT 'What the published run left out or did not believe, and why: figures that shrink must say by what';
