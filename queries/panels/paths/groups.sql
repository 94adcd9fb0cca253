-- Groups of similar ways: the commonest way of each stands for it.
SELECT
    toString(similarity_group) AS "Group",
    argMax(compressed, (units, variant)) AS "Most like",
    count() AS "Ways",
    sum(units) AS "Units",
    sum(won) / sum(units) AS "Win rate"
FROM path_variants
WHERE unit_kind = ${unit_kind:sqlstring} AND state_kind = ${state_kind:sqlstring} AND similarity_group > 0
GROUP BY similarity_group
ORDER BY similarity_group
