-- Contacts: touches that were not visits, one row each, by what the event means: parameter meanings.
--
-- Of a conversation only the prospect's first message is a touch; one without a conversation id stands for itself.
-- A click on an e-mail or an advertisement that the visit it led to also shows (same person and campaign, within five
-- minutes) is that visit's touch, not a second one. Somebody sees an advertisement again and again: of the impressions of a
-- campaign on a day (UTC) the first is a touch.
WITH
    contacts AS
    (
        SELECT person_id, account_id, event_ts, source, event_id, meaning, url, referrer, utm_source, utm_medium, utm_campaign,
               click_id_kind, user_agent,
               JSONExtract(properties, 'Tuple(prompt String, conversation_id String, `with` String, sales_person String, owner String, agent String)') AS said,
               said.1 AS prompt, said.2 AS conversation_id, arrayFirst(name -> name != '', [said.3, said.4, said.5, said.6]) AS sales_person,
               multiIf(meaning = 'message_from_prospect', conversation_id,
                       meaning = 'ad_viewed', concat(utm_source, '\x01', utm_campaign, '\x01', toString(toDate(event_ts))), '') AS repeated,
               toString(utm_campaign) AS campaign
        FROM person_events_by_run
        WHERE run_id = {run_id:UInt64}
          AND meaning IN {meanings:Array(String)}
    ),
    landings AS
    (
        SELECT person_id, event_ts AS landed_at, toString(utm_campaign) AS campaign
        FROM person_events_by_run
        WHERE run_id = {run_id:UInt64} AND kind IN ('page', 'screen', 'track', 'identify') AND url != '' AND utm_campaign != ''
          AND meaning NOT IN ('email_clicked', 'ad_clicked', 'ad_viewed', 'prompt_clicked', 'message_from_prospect', 'message_from_agent',
                              'conversation_closed', 'call_completed', 'meeting_booked')
    ),
    firsts AS
    (
        SELECT *
        FROM contacts
        ORDER BY person_id, event_ts, source, event_id
        LIMIT 1 BY person_id, meaning, if(repeated = '', concat(source, '\x01', event_id), repeated)
    )
SELECT
    contact.person_id AS person_id, contact.account_id AS account_id, contact.event_id AS touch_id, contact.event_ts AS touch_ts,
    contact.meaning AS meaning, contact.url AS url, contact.referrer AS referrer, contact.utm_source AS utm_source,
    contact.utm_medium AS utm_medium, contact.utm_campaign AS utm_campaign, contact.click_id_kind AS click_id_kind,
    contact.source AS source, contact.user_agent AS user_agent,
    contact.prompt AS prompt, contact.conversation_id AS conversation_id, contact.sales_person AS sales_person
FROM firsts AS contact
ASOF LEFT JOIN landings AS landing
    ON contact.person_id = landing.person_id AND contact.campaign = landing.campaign AND contact.event_ts <= landing.landed_at
WHERE NOT (contact.meaning IN ('email_clicked', 'ad_clicked', 'ad_viewed') AND contact.campaign != ''
           AND landing.landed_at >= contact.event_ts AND landing.landed_at <= contact.event_ts + INTERVAL 5 MINUTE)
ORDER BY person_id, touch_ts, contact.source, touch_id
