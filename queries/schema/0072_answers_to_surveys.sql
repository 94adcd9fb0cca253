-- Answers to surveys are few among many events: in columns of their own they are found without opening every event's properties.
ALTER TABLE person_events_by_run
    ADD COLUMN IF NOT EXISTS survey LowCardinality(String) DEFAULT if(meaning = 'survey_answered', lower(JSONExtractString(properties, 'survey')), '')
        COMMENT 'Survey that the event answers, nps or csat; empty otherwise',
    ADD COLUMN IF NOT EXISTS survey_score Nullable(Float64)
        DEFAULT if(meaning = 'survey_answered', toFloat64OrNull(trim(BOTH '"' FROM JSONExtractRaw(properties, 'score'))), NULL)
        COMMENT 'Score that the answer gives; NULL otherwise';

CREATE OR REPLACE VIEW person_events_at AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Every event with its person and account, in the order it happened: what a given run says';

CREATE OR REPLACE VIEW person_events AS
SELECT * FROM person_events_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Every event with its person and account, in the order it happened';
