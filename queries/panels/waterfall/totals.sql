-- The waterfall in seven figures: one row. A lead is an inquiry that qualified by any route (MQL, PQL or CQL).
WITH
    -- When a unit first entered a stage; the start of 1970 where it never did.
    ways AS
    (
        SELECT minIf(entered_at, stage = 'inquiry') AS asked, minIf(entered_at, stage IN ('mql', 'pql', 'cql')) AS qualified, minIf(entered_at, stage = 'won') AS won
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
            AND stage IN ('inquiry', 'mql', 'pql', 'cql', 'won')
        GROUP BY unit_id
    ),
    (
        SELECT (countIf(asked > 0 AND $__timeFilter_ms(asked)), countIf(asked > 0 AND $__timeFilter_ms(asked) AND qualified >= asked), countIf(won > 0 AND $__timeFilter_ms(won)))
        FROM ways
    ) AS counted,
    (
        SELECT (countIf(status = 'never' AND NOT moved_on), countIf(status != 'waiting')) FROM requests
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '') AND $__timeFilter_ms(requested_at)
    ) AS followed,
    counted.1 AS inquiries,
    counted.2 AS leads,
    counted.3 AS customers
SELECT
    inquiries AS "Inquiries",
    customers AS "Customers",
    if(inquiries = 0, NULL, leads / inquiries) AS "Inquiry → lead",
    0.044 AS "Industry: inquiry → lead",
    if(customers = 0, NULL, inquiries / customers) AS "Inquiries a customer",
    351 AS "Industry: inquiries a customer",
    if(followed.2 = 0, NULL, followed.1 / followed.2) AS "Never followed up"
