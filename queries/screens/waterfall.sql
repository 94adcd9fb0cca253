-- Units by stage, in the drawn order. Junk is left out.
WITH ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn
SELECT
    stage,
    uniqExact(unit_id) AS units,
    count() AS entries,
    uniqExactIf(unit_id, entry_no > 1) AS returned,
    units / (SELECT uniqExact(unit_id) FROM stages WHERE unit_kind = {unit_kind:String} AND stage = 'inquiry' AND junk_reason = '') AS of_inquiries
FROM stages
WHERE unit_kind = {unit_kind:String} AND junk_reason = ''
GROUP BY stage
ORDER BY indexOf(drawn, stage)
