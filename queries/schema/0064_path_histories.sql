-- What path and funnel reports are made of: stage entries, touches by channels and events of the units of one kind.
-- models/path decides what they mean; this view only leaves out what no definition asks for.
--
-- A unit's steps come in the order (at, rank, tie, id): at one instant touches, then events by source and event id, then
-- stages in the drawn order, since the touch brought the unit and the event caused the entry. A page view goes by its
-- page and not by its title. Junk is left out.
--
-- visit parts sessions as the touchpoints are parted: 1 is an event with a page, 2 one that is the entry of a touchpoint or
-- of a touch that was excluded, 0 anything else (staging/sessions.sql says which events are visits).
--
-- Parameters: run; unit_kind: person, account or property (what shares a value of the property at unit_index, counted
-- from 1); names, meanings: regular expressions, empty for none; pages, stages, channels, all_events: 1 or 0; properties:
-- whose values come with each row; stage_order. Conditions on them are if and not multiIf: the engine then sees that
-- what is not asked for need not be read.
CREATE OR REPLACE VIEW path_steps_at AS
WITH
    junk AS
    (
        SELECT person_id FROM persons_at(run = {run:UInt64}) WHERE junk_reason != ''
    ),
    entries AS
    (
        SELECT touch_id FROM touchpoints_at(run = {run:UInt64}) WHERE {all_events:UInt8} = 1
        UNION ALL
        SELECT touch_id FROM excluded_touches_at(run = {run:UInt64}) WHERE {all_events:UInt8} = 1
    )
SELECT unit_id, kind, name, meaning, url, campaign, visit, at, values, rank, tie, id
FROM
(
    SELECT
        if({unit_kind:String} = 'account', account_id, if({unit_kind:String} = 'property', values[{unit_index:UInt32}], person_id)) AS unit_id,
        toLowCardinality('') AS kind, toLowCardinality(if(e.kind = 'page', '', e.name)) AS name, toLowCardinality(e.meaning) AS meaning, if({pages:UInt8} = 1, e.url, '') AS url,
        if({all_events:UInt8} = 0 OR utm_source = '' AND utm_medium = '' AND utm_campaign = '' AND click_id_kind = '', '',
           concat(utm_source, '\x01', utm_medium, '\x01', utm_campaign, '\x01', click_id_kind)) AS campaign,
        toUInt8(if({all_events:UInt8} = 0 OR e.url = '' OR e.kind NOT IN ('page', 'screen', 'track', 'identify')
            OR e.meaning IN ('email_clicked', 'ad_clicked', 'prompt_clicked', 'message_from_prospect', 'message_from_agent',
                             'conversation_closed', 'call_completed', 'meeting_booked'), 0,
            1 + (event_id IN entries))) AS visit,
        event_ts AS at,
        if(empty({properties:Array(String)}), [], arrayMap(property -> multiIf(
            property = 'utm_source', toString(utm_source), property = 'utm_medium', toString(utm_medium),
            property = 'utm_campaign', toString(utm_campaign), property = 'source', toString(source),
            JSONType(properties, property) = 'String', JSONExtractString(properties, property),
            JSONExtractRaw(properties, property) = 'null', '',
            JSONExtractRaw(properties, property)), {properties:Array(String)})) AS values,
        1 AS rank, toString(source) AS tie, event_id AS id
    FROM person_events_at(run = {run:UInt64}) AS e
    WHERE ({all_events:UInt8} = 1
        OR ({names:String} != '' AND e.kind != 'page' AND match(e.name, {names:String}))
        OR ({meanings:String} != '' AND match(e.meaning, {meanings:String}))
        OR ({pages:UInt8} = 1 AND e.url != ''))
      AND person_id NOT IN junk
    UNION ALL
    SELECT
        if({unit_kind:String} = 'account', account_id, if({unit_kind:String} = 'property', '', person_id)) AS unit_id,
        toLowCardinality('channel') AS kind, toLowCardinality(channel) AS name, toLowCardinality('') AS meaning, '' AS url, '' AS campaign, toUInt8(0) AS visit, touch_ts AS at,
        arrayMap(property -> multiIf(
            property = 'utm_source', toString(utm_source), property = 'utm_medium', toString(utm_medium),
            property = 'utm_campaign', toString(utm_campaign), property = 'landing_page', landing_page, ''), {properties:Array(String)}) AS values,
        0 AS rank, leftPad(toString(source_rank), 10, '0') AS tie, touch_id AS id
    FROM touchpoints_at(run = {run:UInt64})
    WHERE {channels:UInt8} = 1 AND person_id NOT IN junk
    UNION ALL
    SELECT
        unit_id, toLowCardinality('stage') AS kind, toLowCardinality(stage) AS name, toLowCardinality('') AS meaning, '' AS url, '' AS campaign, toUInt8(0) AS visit, entered_at AS at,
        arrayMap(property -> multiIf(
            property = 'origin', toString(origin), property = 'via_definition', toString(via_definition),
            property = 'owner', toString(owner), property = 'reason', reason, ''), {properties:Array(String)}) AS values,
        2 AS rank, leftPad(toString(indexOf({stage_order:Array(String)}, stage)), 10, '0') AS tie, '' AS id
    FROM stages_at(run = {run:UInt64})
    WHERE {stages:UInt8} = 1 AND junk_reason = ''
      AND unit_kind = if({unit_kind:String} = 'property', '', {unit_kind:String})
)
WHERE unit_id != ''
COMMENT 'Steps of the units of one kind, as path and funnel reports read them';

-- Sorting all events by unit is most of what a report over events costs. The steps of a unit change with the unit alone.
CREATE TABLE IF NOT EXISTS path_histories_by_run
(
    run_id UInt64 COMMENT 'Run that wrote the row',
    unit_kind LowCardinality(String) COMMENT 'person or account',
    report LowCardinality(String) COMMENT 'Saved report that asks for the steps, behind paths or funnel',
    unit_id String COMMENT 'person_id or account_id',
    kind Array(LowCardinality(String)) COMMENT 'Of each step, in order of time: stage, channel, or empty for an event',
    name Array(LowCardinality(String)) COMMENT 'Stage, channel, or the event''s name in the sender''s words',
    meaning Array(LowCardinality(String)) COMMENT 'Meaning of the event in the funnel',
    url Array(String) COMMENT 'Page address; none at all where the report asks for no pages',
    campaign Array(String) COMMENT 'Campaign that brought the unit; none at all unless the report parts sessions',
    visit Array(UInt8) COMMENT '1: an event with a page, 2: the entry of a touch; none at all unless the report parts sessions',
    at Array(DateTime64(3, 'UTC')) COMMENT 'When it happened' CODEC(Delta, ZSTD(1)),
    values Array(Array(String)) COMMENT 'Values of the properties that the report asks for; none at all where it asks for none'
)
ENGINE = MergeTree
PARTITION BY run_id
ORDER BY (unit_kind, report, unit_id)
COMMENT 'What each unit did, as saved reports over events read it: all kept runs';

CREATE OR REPLACE VIEW path_histories_at AS
SELECT * FROM path_histories_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'What each unit did, as saved reports over events read it: what a given run says';

CREATE OR REPLACE VIEW path_histories AS
SELECT * FROM path_histories_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND (unit_kind, unit_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'What each unit did, as saved reports over events read it';
