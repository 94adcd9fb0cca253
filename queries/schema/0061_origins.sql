-- Who asks why somebody is outbound gets an answer: what told it. The views are made anew: theirs are the columns that the
-- table had.
ALTER TABLE stages_by_run
    ADD COLUMN IF NOT EXISTS origin_reason LowCardinality(String) COMMENT 'Why the unit has this origin, in words',
    ADD COLUMN IF NOT EXISTS origin_event_id String COMMENT 'Event that told the origin; empty when none did';

CREATE OR REPLACE VIEW stages_at AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered: what a given run says';

CREATE OR REPLACE VIEW stages AS
SELECT * FROM stages_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Every entry of a unit into a stage; stages may be skipped, left and re-entered';

-- A CRM's records that name nobody are left out of people's figures too.
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
)
ORDER BY rank, items DESC, reason
COMMENT 'What the published run left out or did not believe, and why: figures that shrink must say by what';
