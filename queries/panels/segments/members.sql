-- A condition, not a statement: whether a row of a table by unit belongs to the segment. Rows of the other kind of unit do.
unit_kind != {unit_kind:String} OR unit_id IN
(
    SELECT unit_id
    FROM ({units:Subquery})
    WHERE split_by = {split_by:String} AND value = {value:String}
)
