-- Conversions that no touch is credited with, and why.
SELECT
    unattributed_reason AS "Reason",
    transform(unattributed_reason,
        ['no_touch_in_window', 'identity_unresolved', 'direct_only', 'excluded_internal', 'pre_history', 'late_event'],
        ['no contact in the look-back window', 'the converting person could not be tied to any visit', 'only direct visits, which the direct policy sets aside',
         'own staff or test traffic', 'the journey began before the data do', 'the touch arrived after the run'],
        'see the definitions') AS "Meaning",
    count() AS "Conversions",
    toFloat64(sumIf(value, currency = ${currency:sqlstring})) AS "Amount"
FROM conversions
WHERE $__timeFilter_ms(converted_at) AND unattributed_reason != ''
    AND unit_kind = ${unit_kind:sqlstring} AND conversion_type = ${conversion_type:sqlstring}
GROUP BY unattributed_reason
ORDER BY "Conversions" DESC, "Reason"
