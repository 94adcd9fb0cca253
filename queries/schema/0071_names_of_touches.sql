-- What a contact says of itself stands with its touch, so that who asks for credit by prompt, conversation or sales person
-- need not look into the properties of every event.
ALTER TABLE touchpoints_by_run
    ADD COLUMN IF NOT EXISTS prompt String COMMENT 'Prompt in the product that the contact answered; empty otherwise',
    ADD COLUMN IF NOT EXISTS conversation_id String COMMENT 'Conversation that the contact belongs to; empty otherwise',
    ADD COLUMN IF NOT EXISTS sales_person String COMMENT 'Who of ours it was with: its property with, sales_person, owner or agent; empty otherwise';

CREATE OR REPLACE VIEW touchpoints_at AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM run_base_at(run = {run:UInt64})) AND run_id <= {run:UInt64}
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units_at(run = {run:UInt64}))
COMMENT 'Entries of sessions and other contacts that can earn credit: what a given run says';

CREATE OR REPLACE VIEW touchpoints AS
SELECT * FROM touchpoints_by_run
WHERE run_id >= (SELECT base_run_id FROM published_run) AND run_id <= (SELECT run_id FROM published_run)
  AND ('person', person_id, run_id) NOT IN (SELECT unit_kind, unit_id, replaced_run_id FROM recomputed_units)
COMMENT 'Entries of sessions and other contacts that can earn credit';

-- Names of touches in a dimension: channel, source, medium, source_medium, campaign, landing_page, touch_kind, prompt,
-- conversation, sales_person, or property:NAME of the touch's event. A touch without a value goes by its channel in
-- brackets: a path of campaigns still tells search from a call.
CREATE OR REPLACE VIEW touch_names_at AS
WITH
    substring({dimension:String}, 10) AS property,
    told AS
    (
        SELECT event_id, max(if(said = 'null', '', said)) AS value
        FROM
        (
            SELECT event_id, if(JSONType(properties, property) = 'String', JSONExtractString(properties, property), JSONExtractRaw(properties, property)) AS said
            FROM person_events_at(run = {run:UInt64})
            WHERE startsWith({dimension:String}, 'property:')
        )
        GROUP BY event_id
    )
SELECT
    t.touch_id AS touch_id,
    multiIf(
        {dimension:String} = 'channel', toString(t.channel),
        {dimension:String} = 'source', toString(t.utm_source),
        {dimension:String} = 'medium', toString(t.utm_medium),
        {dimension:String} = 'source_medium', if(t.utm_source = '' AND t.utm_medium = '', '', concat(t.utm_source, ' / ', t.utm_medium)),
        {dimension:String} = 'campaign', toString(t.utm_campaign),
        {dimension:String} = 'landing_page', t.landing_page,
        {dimension:String} = 'touch_kind', toString(t.touch_kind),
        {dimension:String} = 'prompt', t.prompt,
        {dimension:String} = 'conversation', t.conversation_id,
        {dimension:String} = 'sales_person', t.sales_person,
        e.value) AS value,
    if(value = '', concat('(', t.channel, ')'), value) AS name
FROM touchpoints_at(run = {run:UInt64}) AS t
ANY LEFT JOIN told AS e ON e.event_id = t.touch_id
COMMENT 'Names of touches in a dimension: what is credited instead of the channel';
