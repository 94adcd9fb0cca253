-- The waterfall in seven figures: one row. A lead is an inquiry that qualified by any route (MQL, PQL or CQL).
WITH
    first_entries AS
    (
        SELECT unit_id, step, min(entered_at) AS entered
        FROM stages
        ARRAY JOIN if(stage IN ('mql', 'pql', 'cql'), [toString(stage), 'qualified'], [toString(stage)]) AS step
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '')
        GROUP BY unit_id, step
    ),
    asked AS (SELECT unit_id, entered FROM first_entries WHERE step = 'inquiry' AND $__timeFilter_ms(entered)),
    qualified AS (SELECT unit_id, entered FROM first_entries WHERE step = 'qualified'),
    (SELECT count() FROM first_entries WHERE step = 'won' AND $__timeFilter_ms(entered)) AS customers,
    (
        SELECT (countIf(status = 'never' AND NOT moved_on), countIf(status != 'waiting')) FROM requests
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '') AND $__timeFilter_ms(requested_at)
    ) AS followed,
    (SELECT count() FROM asked) AS inquiries,
    (SELECT count() FROM asked INNER JOIN qualified USING (unit_id) WHERE qualified.entered >= asked.entered) AS leads
SELECT
    inquiries AS "Inquiries",
    customers AS "Customers",
    if(inquiries = 0, NULL, leads / inquiries) AS "Inquiry → lead",
    0.044 AS "Industry: inquiry → lead",
    if(customers = 0, NULL, inquiries / customers) AS "Inquiries a customer",
    351 AS "Industry: inquiries a customer",
    if(followed.2 = 0, NULL, followed.1 / followed.2) AS "Never followed up"
