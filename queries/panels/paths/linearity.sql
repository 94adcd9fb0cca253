-- How many wins kept to the drawn funnel: one row.
SELECT
    wins AS "Wins",
    if(wins = 0, NULL, linearity_index) AS "Linear",
    if(wins = 0, NULL, skipped / wins) AS "Skipped a stage",
    if(wins = 0, NULL, repeated / wins) AS "Repeated one",
    if(wins = 0, NULL, went_back / wins) AS "Went back",
    if(wins = 0, NULL, entered_late / wins) AS "Entered late",
    if(wins = 0, NULL, recovered / wins) AS "Written off before",
    if(wins = 0, NULL, loops_per_win) AS "Loops a win"
FROM path_linearity
WHERE unit_kind = ${unit_kind:sqlstring}
