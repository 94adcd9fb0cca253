-- Hand-offs of the period: a unit goes on to a stage that another team owns. How long the first team had it, and how often it
-- came back by the next hand-off.
WITH
    ['suspect', 'inquiry', 'mql', 'pql', 'cql', 'sal', 'sql', 'opportunity', 'won', 'retained', 'expanded', 'churned', 'nurture', 'disqualified'] AS drawn,
    entries AS
    (
        SELECT unit_id, entered_at, owner, lagInFrame(owner) OVER ways AS owner_before, indexOf(drawn, toString(stage)) AS place
        FROM stages
        WHERE unit_kind = ${unit_kind:sqlstring} AND (${junk:sqlstring} = 'with' OR junk_reason = '') AND owner != ''
        WINDOW ways AS (PARTITION BY unit_id ORDER BY entered_at, indexOf(drawn, toString(stage)) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    ),
    handoffs AS
    (
        SELECT unit_id, entered_at, owner_before, owner,
            lagInFrame(entered_at) OVER (PARTITION BY unit_id ORDER BY entered_at, place ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS taken_at,
            leadInFrame(owner) OVER (PARTITION BY unit_id ORDER BY entered_at, place ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS owner_after
        FROM entries
        WHERE owner != owner_before
    )
SELECT
    if(owner_before IN ('sdr', 'ae'), upper(toString(owner_before)), toString(owner_before)) AS "From",
    if(owner IN ('sdr', 'ae'), upper(toString(owner)), toString(owner)) AS "To",
    count() AS "Hand-offs",
    uniqExact(unit_id) AS "Units",
    quantileExactInclusive(0.5)(dateDiff('second', taken_at, entered_at) / 86400) AS "Median days before",
    quantileExactInclusive(0.9)(dateDiff('second', taken_at, entered_at) / 86400) AS "p90 days before",
    countIf(owner_after = owner_before) AS "Handed back",
    "Handed back" / "Hand-offs" AS "Handed back, share"
FROM handoffs
WHERE owner_before != '' AND $__timeFilter_ms(entered_at)
GROUP BY owner_before, owner
ORDER BY "Hand-offs" DESC, "From", "To"
