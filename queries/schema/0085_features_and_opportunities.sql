-- Feature used and opportunity have columns of their own, as answers to surveys have: the quality of definitions asks for them
-- in every run, and would open the properties of every event.
ALTER TABLE person_events_by_run
    ADD COLUMN IF NOT EXISTS feature LowCardinality(String) DEFAULT if(meaning = 'feature_used', JSONExtractString(properties, 'feature'), '')
        COMMENT 'Feature that the event says was used; empty otherwise',
    ADD COLUMN IF NOT EXISTS opportunity_id String DEFAULT if(startsWith(meaning, 'opportunity_'), JSONExtractString(properties, 'opportunity_id'), '')
        COMMENT 'Opportunity that the event is about; empty where it names none';

CREATE OR REPLACE VIEW person_events_at AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every event with its person and account, in the order it happened: what a given run says';

CREATE OR REPLACE VIEW person_events AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND cityHash64('person', person_id, run_id) NOT IN (SELECT cityHash64(unit_kind, unit_id, replaced_run_id) FROM recomputed_units)
COMMENT 'Every event with its person and account, in the order it happened';
