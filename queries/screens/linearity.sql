-- How many wins followed the drawn funnel.
SELECT unit_kind, wins, linear, linearity_index, index_low, index_high, skipped, repeated, went_back, entered_late, recovered, loops_per_win
FROM path_linearity
WHERE unit_kind = {unit_kind:String}
