-- Sessions: one row per visit, seen from its entry. models/touch.Sessionize is the same in readable Go.
--
-- Web events are those with a page address, less the contacts of contacts.sql (an event is one or the other). Taken in
-- the order (event_ts, source, event_id), a new session starts
--   1. after more than session_gap_seconds of silence;
--   2. at an event with a campaign (utm or click id) other than the last one since that silence, where campaign_ends;
--   3. at a page outside the product that an outside page referred to, when the event before was inside the product.
-- A session that starts inside the product without a campaign is use, not a touch, and is left out: else every working
-- day of a customer would be a Direct touch. Product pages are those whose host and path begin with one of
-- product_pages, by default any host that begins with "app.".
-- A click id counts by its kind: two clicks of one kind within a session are one campaign. Kinds that ingest doesn't know are
-- looked for in the address (own_click_ids).
--
-- Parameters: run_id; first_unit, before_unit: the ids between which to read, '' without an end; session_gap_seconds
-- (1800); product_pages (['app.']); own_domains: domains that refer nobody, the company's own and those that a visitor
-- passes through (sign-in, payment), the host of the page itself is always one; own_click_ids, in lower case ([]);
-- campaign_ends (true).
WITH
    web AS
    (
        SELECT
            person_id, account_id, event_ts, source, event_id, url, referrer, utm_source, utm_medium, utm_campaign, user_agent,
            if(empty({own_click_ids:Array(String)}) OR e.click_id_kind != '', toString(e.click_id_kind),
               arrayFirst(kind -> arrayExists(pair -> startsWith(pair, concat(kind, '=')) AND length(pair) > length(kind) + 1, splitByChar('&', queryString(lower(url)))),
                   {own_click_ids:Array(String)})) AS click_id_kind,
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
        FROM person_events_by_run AS e
        WHERE run_id = {run_id:UInt64} AND person_id >= {first_unit:String} AND ({before_unit:String} = '' OR person_id < {before_unit:String})
          AND url != ''
          AND kind IN ('page', 'screen', 'track', 'identify')
          AND meaning NOT IN ('email_clicked', 'ad_clicked', 'ad_viewed', 'prompt_clicked', 'message_from_prospect', 'message_from_agent',
                              'conversation_closed', 'call_completed', 'meeting_booked')
    ),
    -- One row per person. Use of the product is no entry of a session that is kept: what only entries show is left out of it,
    -- and it is most of all.
    histories AS
    (
        SELECT
            person_id,
            arraySort(groupArray((event_ts, source, event_id, in_product, from_outside, campaign,
                if(in_product AND campaign = '', ('', '', '', '', '', '', '', ''),
                   (account_id, url, referrer, toString(utm_source), toString(utm_medium), toString(utm_campaign), click_id_kind, user_agent))))) AS events
        FROM web
        GROUP BY person_id
    ),
    -- Rule 1. A person's first event has no event before it.
    silences AS
    (
        SELECT
            person_id, events, events.4 AS inside, events.5 AS outside, events.6 AS campaigns,
            arrayMap(at -> toUnixTimestamp64Milli(at), events.1) AS times,
            arrayMap((at, before) -> at - before > 1000 * toInt64({session_gap_seconds:UInt32}), times, arrayPopBack(arrayPushFront(times, -1000000000000000))) AS silent
        FROM histories
    ),
    -- Rule 2 asks for the last campaign since the silence.
    campaigns AS
    (
        SELECT *, arrayFill((campaign, is_silent) -> is_silent OR campaign != '', campaigns, silent) AS last_campaigns
        FROM silences
    ),
    visits AS
    (
        SELECT
            person_id,
            arrayMap((is_silent, campaign, last_campaign, was_inside, is_inside, is_outside) -> is_silent
                    OR ({campaign_ends:Bool} AND campaign != '' AND campaign != last_campaign)
                    OR (was_inside AND NOT is_inside AND is_outside),
                silent, campaigns, arrayPopBack(arrayPushFront(last_campaigns, '')), arrayPopBack(arrayPushFront(inside, 0)), inside, outside) AS starts,
            arrayJoin(arraySplit((event, start) -> start, events, starts)) AS visit
        FROM campaigns
    ),
    entries AS
    (
        SELECT person_id, visit[1] AS entry, entry.7 AS shown, visit[-1].1 AS ended_at, toUInt32(length(visit)) AS events
        FROM visits
    )
SELECT
    person_id, shown.1 AS account_id, entry.3 AS touch_id, entry.1 AS touch_ts, ended_at, shown.2 AS url, shown.3 AS referrer,
    shown.4 AS utm_source, shown.5 AS utm_medium, shown.6 AS utm_campaign, shown.7 AS click_id_kind, entry.2 AS source, shown.8 AS user_agent, events
FROM entries
WHERE NOT (entry.4 AND entry.6 = '')
ORDER BY person_id, touch_ts, source, touch_id
