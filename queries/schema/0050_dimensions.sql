-- What is credited need not be the channel, and what tells units apart need not be a column: two views, each with
-- parameters, so that a run and whoever reads it name touches and units alike.

-- Names of touches in a dimension: channel, source, medium, source_medium, campaign, landing_page, touch_kind, prompt,
-- conversation, sales_person, or property:NAME of the touch's event. A touch without a value goes by its channel in
-- brackets: a path of campaigns still tells search from a call.
CREATE OR REPLACE VIEW touch_names_at AS
WITH
    multiIf(
        {dimension:String} = 'prompt', ['prompt'],
        {dimension:String} = 'conversation', ['conversation_id'],
        {dimension:String} = 'sales_person', ['with', 'sales_person', 'owner', 'agent'],
        startsWith({dimension:String}, 'property:'), [substring({dimension:String}, 10)],
        []::Array(String)) AS wanted,
    told AS
    (
        SELECT event_id, max(arrayFirst(text -> text NOT IN ('', 'null'),
            arrayMap(name -> if(JSONType(properties, name) = 'String', JSONExtractString(properties, name), JSONExtractRaw(properties, name)), wanted))) AS value
        FROM person_events_at(run = {run:UInt64})
        WHERE notEmpty(wanted)
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
        e.value) AS value,
    if(value = '', concat('(', t.channel, ')'), value) AS name
FROM touchpoints_at(run = {run:UInt64}) AS t
ANY LEFT JOIN told AS e ON e.event_id = t.touch_id
COMMENT 'Names of touches in a dimension: what is credited instead of the channel';

-- Values of an attribute of units as a run knows them. Of people: person, account, country, email_domain, any property of
-- their identify calls by its last value, and account.NAME for an attribute of their account. Of accounts: account, name,
-- plan, employees, and any property of their group calls.
CREATE OR REPLACE VIEW unit_attributes_at AS
WITH
    replaceRegexpOne({attribute:String}, '^account\\.', '') AS property,
    {unit_kind:String} = 'account' OR startsWith({attribute:String}, 'account.') AS of_accounts,
    grouped AS
    (
        SELECT account_id, argMax(if(JSONType(properties, property) = 'String', JSONExtractString(properties, property), JSONExtractRaw(properties, property)),
            (event_ts, source, event_id)) AS value
        FROM person_events_at(run = {run:UInt64})
        WHERE of_accounts AND kind = 'group' AND account_id != '' AND JSONHas(properties, property)
        GROUP BY account_id
    ),
    companies AS
    (
        SELECT a.account_id AS account_id,
            multiIf(
                property = 'account', a.account_id,
                property = 'name' AND a.name != '', a.name,
                property = 'plan' AND a.plan != '', toString(a.plan),
                property = 'employees' AND a.employees > 0, toString(a.employees),
                g.value) AS value
        FROM accounts_at(run = {run:UInt64}) AS a
        LEFT JOIN grouped AS g ON g.account_id = a.account_id
        WHERE of_accounts
    ),
    identified AS
    (
        SELECT person_id, argMax(if(JSONType(properties, property) = 'String', JSONExtractString(properties, property), JSONExtractRaw(properties, property)),
            (event_ts, source, event_id)) AS value
        FROM person_events_at(run = {run:UInt64})
        WHERE NOT of_accounts AND kind = 'identify' AND person_id != '' AND JSONHas(properties, property)
        GROUP BY person_id
    )
SELECT account_id AS unit_id, value FROM companies WHERE {unit_kind:String} = 'account' AND value != ''
UNION ALL
SELECT p.person_id AS unit_id,
    multiIf(
        {attribute:String} = 'person', p.person_id,
        {attribute:String} = 'account', p.account_id,
        {attribute:String} = 'country' AND p.country != '', toString(p.country),
        {attribute:String} = 'email_domain' AND p.email != '', splitByChar('@', p.email)[2],
        of_accounts, c.value,
        i.value) AS value
FROM persons_at(run = {run:UInt64}) AS p
LEFT JOIN companies AS c ON c.account_id = p.account_id
LEFT JOIN identified AS i ON i.person_id = p.person_id
WHERE {unit_kind:String} = 'person' AND value != ''
COMMENT 'Values of an attribute of people or accounts: what segments are made of';

ALTER TABLE journeys_by_run
    COMMENT COLUMN channels 'Channel of each touch in order, or its name in the dimension that the run credits';

-- How sure a model is of the order of channels, from the same resamples as the interval.
ALTER TABLE attribution_effects_by_run
    ADD COLUMN IF NOT EXISTS rank UInt32 COMMENT 'Rank by share, 1 the largest; 0 for (baseline)',
    ADD COLUMN IF NOT EXISTS rank_low UInt32 COMMENT 'The rank lies from here in 95 % of resamples',
    ADD COLUMN IF NOT EXISTS rank_high UInt32 COMMENT 'Up to here',
    ADD COLUMN IF NOT EXISTS same_rank Float64 COMMENT 'Part of the resamples with the same rank; 0 without resamples',
    ADD COLUMN IF NOT EXISTS lead Float64 COMMENT 'Share less that of the next in rank',
    ADD COLUMN IF NOT EXISTS lead_low Float64 COMMENT 'Lower end of the 95 % interval of the lead; an interval that holds 0 tells no order',
    ADD COLUMN IF NOT EXISTS lead_high Float64 COMMENT 'Upper end',
    ADD COLUMN IF NOT EXISTS not_distinguishable_from Array(String) COMMENT 'Channels, the nearest in rank first, from which it differs by an interval that holds 0';

CREATE OR REPLACE VIEW attribution_effects AS
SELECT * FROM attribution_effects_by_run WHERE run_id = (SELECT run_id FROM published_run)
COMMENT 'What a model says of each channel beyond the credit';
