-- Events that exclusions of the definitions leave out are left out of figures too: counted once, with the person's history.
CREATE OR REPLACE VIEW left_out AS
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
    SELECT 5, if(record = 'deal', 'deals', 'other records of a CRM'),
        multiIf(record != 'deal', concat('a ', record, ' that names nobody'), account_id = '', 'name neither contact nor account: each a unit of its own',
            'name no contact: counted with the account alone'),
        count(), sum(events)
    FROM persons WHERE record != '' GROUP BY 2, 3
    UNION ALL
    SELECT 6, 'events', 'name nobody', count(), count() FROM person_events WHERE person_id = '' AND account_id = '' AND kind != 'ad_cost' HAVING count() > 0
    UNION ALL
    SELECT 7, 'histories of people', concat('excluded from definitions: ', toString(reason)), count(), sum(events) FROM exclusions WHERE unit_kind = 'person' GROUP BY reason
)
ORDER BY rank, items DESC, reason
COMMENT 'What the published run left out or did not believe, and why: figures that shrink must say by what';
