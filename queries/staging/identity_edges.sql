-- Pairs of identifiers that one event names together, each with the first time it did. Which pairs may merge two people
-- is decided in models/identity, not here.
--
-- An anonymous id that begins with its source's name, such as salesforce:003A, is no device but somebody's record in that
-- system (rule record). What a system says of its records is rule conversion: a lead became a contact (Salesforce),
-- contacts were merged (HubSpot), or same_person_as in the properties of an alias names further identifiers, as user:42.
-- A deal and its contact, or the lead it came of, are tied like a device and its user: the deal belongs to whoever it was
-- tied to first.
--
-- Properties are read of stage and alias events alone: they are most of the bytes of the table.
WITH seen AS
(
    SELECT kind, anonymous_id, user_id FROM events WHERE {previous_run:UInt64} = 0
    UNION ALL
    SELECT kind, anonymous_id, user_id FROM history_by_run WHERE {previous_run:UInt64} != 0 AND run_id = {run_id:UInt64}
)
SELECT
    edge.1 AS a_kind,
    edge.2 AS a_value,
    edge.3 AS b_kind,
    edge.4 AS b_value,
    edge.5 AS rule,
    min(event_ts) AS at
FROM
(
    SELECT
        event_ts,
        arrayJoin([
            ('anonymous', anonymous_id, 'user', user_id, rule),
            ('user', user_id, 'email', email, 'email'),
            ('anonymous', if(user_id = '' OR rule = 'record', anonymous_id, ''), 'email', email, rule),
            ('user', previous_id, 'user', user_id, 'alias')
        ]) AS edge
    FROM
    (
        SELECT
            event_ts, anonymous_id, user_id, email,
            if(startsWith(anonymous_id, concat(source, ':')), 'record', 'same_event') AS rule,
            -- An alias names the id that somebody had before, which may have been a device's or a user's.
            if(kind = 'alias' AND anonymous_id IN (SELECT user_id FROM seen WHERE user_id IN
                (SELECT anonymous_id FROM seen WHERE kind = 'alias' AND anonymous_id != '')), anonymous_id, '') AS previous_id
        FROM history_of_run(run = {run_id:UInt64}, previous_run = {previous_run:UInt64}, events_until = {events_until:DateTime64(3, 'UTC')})
    )
    UNION ALL
    SELECT
        event_ts,
        arrayJoin(arrayConcat(
            arrayMap(id -> ('anonymous', concat(source, ':', id), 'anonymous', anonymous_id, 'conversion'), converted),
            arrayMap(id -> ('anonymous', concat(source, ':contact:', toString(id)), 'anonymous', anonymous_id, 'conversion'), merged),
            arrayMap(id -> ('anonymous', id, 'anonymous', anonymous_id, 'same_event'), deal),
            arrayMap(id -> (splitByChar(':', id)[1], substring(id, position(id, ':') + 1), own_kind, own_id, 'conversion'), same)
        )) AS edge
    FROM
    (
        SELECT
            event_ts, source, anonymous_id,
            multiIf(user_id != '', 'user', anonymous_id != '', 'anonymous', 'email') AS own_kind,
            multiIf(user_id != '', user_id, anonymous_id != '', anonymous_id, email) AS own_id,
            arrayFilter(id -> id != '', [JSONExtractString(properties, 'ConvertedContactId')]) AS converted,
            if(name = 'contact.merge',
                arrayFilter(id -> id != 0,
                    arrayPushBack(JSONExtract(properties, 'mergedObjectIds', 'Array(UInt64)'), JSONExtractUInt(properties, 'newObjectId'))), []) AS merged,
            -- Salesforce's opportunities name a contact, converted leads and contacts' roles the opportunity; HubSpot's
            -- associations name both ends.
            arrayConcat(
                arrayMap(id -> concat(source, ':', id), arrayFilter(id -> id != '', [JSONExtractString(properties, 'ConvertedOpportunityId'),
                    if(startsWith(name, 'OpportunityContactRole '), JSONExtractString(properties, 'OpportunityId'), '')])),
                if(startsWith(name, 'Opportunity ') AND JSONExtractString(properties, 'ContactId') != '',
                    [concat(source, ':', JSONExtractString(properties, 'ContactId'))], []),
                multiIf(JSONExtractBool(properties, 'associationRemoved'), [],
                    endsWith(name, ' CONTACT_TO_DEAL'), [concat(source, ':deal:', toString(JSONExtractUInt(properties, 'toObjectId')))],
                    endsWith(name, ' DEAL_TO_CONTACT'), [concat(source, ':contact:', toString(JSONExtractUInt(properties, 'toObjectId')))], [])) AS deal,
            arrayFilter(id -> match(id, '^(user|anonymous|email):.'), JSONExtract(properties, 'same_person_as', 'Array(String)')) AS same
        FROM history_of_run(run = {run_id:UInt64}, previous_run = {previous_run:UInt64}, events_until = {events_until:DateTime64(3, 'UTC')})
        WHERE kind IN ('stage', 'alias')
          AND multiSearchAny(properties, ['"ConvertedContactId"', '"ConvertedOpportunityId"', '"OpportunityId"', '"mergedObjectIds"', '"ContactId"', '_TO_CONTACT"', '_TO_DEAL"', '"same_person_as"'])
    )
)
WHERE edge.2 != '' AND edge.4 != '' AND (edge.1, edge.2) != (edge.3, edge.4)
GROUP BY edge
ORDER BY at, a_kind, a_value, b_kind, b_value, rule
