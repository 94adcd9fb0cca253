-- The period in figures: one row.
WITH
    (SELECT (count(), toFloat64(sumIf(value, currency = ${currency:sqlstring})), countIf(unattributed_reason = '')) FROM conversions
        WHERE $__timeFilter_ms(converted_at) AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}) AS converted,
    (SELECT uniqExact(unit_id) FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'inquiry' AND junk_reason = '' AND entry_no = 1 AND $__timeFilter_ms(entered_at)) AS inquiries,
    (SELECT uniqExact(unit_id) FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage IN ('mql', 'pql', 'cql') AND junk_reason = '' AND $__timeFilter_ms(entered_at)) AS qualified,
    (SELECT uniqExact(unit_id) FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND stage = 'opportunity' AND junk_reason = '' AND left_at IS NULL AND entered_at <= $__toTime) AS pipeline
SELECT
    converted.1 AS "Conversions",
    converted.2 AS "Amount",
    inquiries AS "Inquiries",
    qualified AS "Qualified",
    pipeline AS "Open opportunities",
    if(converted.1 = 0, NULL, converted.3 / converted.1) AS "Credited to a touch"
