-- Sessions: one row per visit, seen from its entry. models/touch.Sessionize is the same in readable Go.
--
-- Web events are those with a page address, less the contacts of contacts.sql (an event is one or the other). Taken in
-- the order (event_ts, source, event_id), a new session starts
--   1. after more than session_gap_seconds of silence;
--   2. at an event with a campaign (utm or click id) other than the last one since that silence;
--   3. at a page outside the product that an outside page referred to, when the event before was inside the product.
-- A session that starts inside the product without a campaign is use, not a touch, and is left out: else every working
-- day of a customer would be a Direct touch. Product pages are those whose host and path begin with one of
-- product_pages, by default any host that begins with "app.".
-- A click id counts by its kind: two clicks of one kind within a session are one campaign.
--
-- Parameters: run_id; session_gap_seconds (1800); product_pages (['app.']); own_domains: domains that refer nobody, the
-- company's own and those that a visitor passes through (sign-in, payment). The host of the page itself is always one.
WITH
    web AS
    (
        SELECT
            person_id, account_id, event_ts, source, event_id, url, referrer, utm_source, utm_medium, utm_campaign, click_id_kind,
            user_agent,
            if(utm_source = '' AND utm_medium = '' AND utm_campaign = '' AND click_id_kind = '', '',
               concat(utm_source, '\x01', utm_medium, '\x01', utm_campaign, '\x01', click_id_kind)) AS campaign,
            -- Hosts and paths are cut by hand: domain() guesses at what is no address, and regular expressions take twice
            -- as long.
            cutQueryStringAndFragment(url) AS address,
            position(address, '://') AS scheme_end,
            scheme_end > 1 AND match(substring(address, 1, scheme_end - 1), '^[A-Za-z][A-Za-z0-9+.-]*$') AS has_scheme,
            if(has_scheme, substring(address, scheme_end + 3), '') AS rest,
            position(rest, '/') AS slash,
            lower(splitByChar(':', splitByChar('@', if(slash = 0, rest, substring(rest, 1, slash - 1)))[-1])[1]) AS full_host,
            if(startsWith(full_host, 'www.'), substring(full_host, 5), full_host) AS page_host,
            concat(page_host, multiIf(NOT has_scheme, '', slash = 0, '/', substring(rest, slash))) AS page,
            cutQueryStringAndFragment(referrer) AS referrer_address,
            position(referrer_address, '://') AS referrer_scheme_end,
            referrer_scheme_end > 1 AND match(substring(referrer_address, 1, referrer_scheme_end - 1), '^[A-Za-z][A-Za-z0-9+.-]*$') AS referrer_has_scheme,
            if(referrer_has_scheme, substring(referrer_address, referrer_scheme_end + 3), '') AS referrer_rest,
            lower(splitByChar(':', splitByChar('@', splitByChar('/', referrer_rest)[1])[-1])[1]) AS referrer_full_host,
            if(startsWith(referrer_full_host, 'www.'), substring(referrer_full_host, 5), referrer_full_host) AS referrer_host,
            arrayExists(prefix -> startsWith(page, prefix), {product_pages:Array(String)}) AS in_product,
            referrer_host != ''
                AND referrer_host != page_host
                AND NOT endsWith(referrer_host, concat('.', page_host))
                AND NOT endsWith(page_host, concat('.', referrer_host))
                AND NOT arrayExists(domain -> referrer_host = domain OR endsWith(referrer_host, concat('.', domain)),
                                    {own_domains:Array(String)}) AS from_outside
        FROM person_events_by_run
        WHERE run_id = {run_id:UInt64}
          AND url != ''
          AND kind IN ('page', 'screen', 'track', 'identify')
          AND meaning NOT IN ('email_clicked', 'ad_clicked', 'prompt_clicked', 'message_from_prospect', 'message_from_agent',
                              'conversation_closed', 'call_completed', 'meeting_booked')
    ),
    -- Rule 1. A person's first event has no event before it: lag gives 1970, which is silence enough.
    silences AS
    (
        SELECT
            *,
            lagInFrame(event_ts) OVER history AS previous_ts,
            lagInFrame(in_product) OVER history AS previous_in_product,
            row_number() OVER history AS position,
            position = 1
                OR toUnixTimestamp64Milli(event_ts) - toUnixTimestamp64Milli(previous_ts) > 1000 * toInt64({session_gap_seconds:UInt32}) AS silent
        FROM web
        WINDOW history AS (PARTITION BY person_id ORDER BY event_ts, source, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    ),
    stretches AS
    (
        SELECT *, sum(silent) OVER (PARTITION BY person_id ORDER BY event_ts, source, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stretch
        FROM silences
    ),
    campaigns AS
    (
        SELECT
            *,
            anyLastIf(campaign, campaign != '') OVER earlier AS last_campaign,
            anyLastIf(stretch, campaign != '') OVER earlier AS last_campaign_stretch
        FROM stretches
        WINDOW earlier AS (PARTITION BY person_id ORDER BY event_ts, source, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ),
    numbered AS
    (
        SELECT
            *,
            silent
                OR (campaign != '' AND NOT (campaign = last_campaign AND stretch = last_campaign_stretch))
                OR (previous_in_product AND NOT in_product AND from_outside) AS starts,
            sum(starts) OVER (PARTITION BY person_id ORDER BY event_ts, source, event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS session
        FROM campaigns
    )
SELECT
    person_id,
    anyIf(account_id, starts) AS account_id,
    anyIf(event_id, starts) AS touch_id,
    min(event_ts) AS touch_ts,
    max(event_ts) AS ended_at,
    anyIf(url, starts) AS url,
    anyIf(referrer, starts) AS referrer,
    anyIf(utm_source, starts) AS utm_source,
    anyIf(utm_medium, starts) AS utm_medium,
    anyIf(utm_campaign, starts) AS utm_campaign,
    anyIf(click_id_kind, starts) AS click_id_kind,
    anyIf(source, starts) AS source,
    anyIf(user_agent, starts) AS user_agent,
    toUInt32(count()) AS events
FROM numbered
GROUP BY person_id, session
HAVING NOT anyIf(in_product AND campaign = '', starts)
ORDER BY person_id, touch_ts, session
