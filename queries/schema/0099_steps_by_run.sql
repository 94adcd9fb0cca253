-- Steps with the run that wrote them: a run wrote all that the people do whom it computes, and need look at no other rows for
-- theirs.
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
SELECT run_id, unit_id, kind, name, meaning, url, campaign, visit, at, values, rank, tie, id
FROM
(
    SELECT
        run_id, if({unit_kind:String} = 'account', account_id, if({unit_kind:String} = 'property', values[{unit_index:UInt32}], person_id)) AS unit_id,
        toLowCardinality('') AS kind, toLowCardinality(if(e.kind = 'page', '', e.name)) AS name, toLowCardinality(e.meaning) AS meaning, if({pages:UInt8} = 1, e.url, '') AS url,
        if({all_events:UInt8} = 0 OR utm_source = '' AND utm_medium = '' AND utm_campaign = '' AND click_id_kind = '', '',
           concat(utm_source, '\x01', utm_medium, '\x01', utm_campaign, '\x01', click_id_kind)) AS campaign,
        toUInt8(if({all_events:UInt8} = 0 OR e.url = '' OR e.kind NOT IN ('page', 'screen', 'track', 'identify')
            OR e.meaning IN ('email_clicked', 'ad_clicked', 'ad_viewed', 'prompt_clicked', 'message_from_prospect', 'message_from_agent',
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
        run_id, if({unit_kind:String} = 'account', account_id, if({unit_kind:String} = 'property', '', person_id)) AS unit_id,
        toLowCardinality('channel') AS kind, toLowCardinality(channel) AS name, toLowCardinality('') AS meaning, '' AS url, '' AS campaign, toUInt8(0) AS visit, touch_ts AS at,
        arrayMap(property -> multiIf(
            property = 'utm_source', toString(utm_source), property = 'utm_medium', toString(utm_medium),
            property = 'utm_campaign', toString(utm_campaign), property = 'landing_page', landing_page, ''), {properties:Array(String)}) AS values,
        0 AS rank, leftPad(toString(source_rank), 10, '0') AS tie, touch_id AS id
    FROM touchpoints_at(run = {run:UInt64})
    WHERE {channels:UInt8} = 1 AND person_id NOT IN junk
    UNION ALL
    SELECT
        run_id, unit_id, toLowCardinality('stage') AS kind, toLowCardinality(stage) AS name, toLowCardinality('') AS meaning, '' AS url, '' AS campaign, toUInt8(0) AS visit, entered_at AS at,
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
