-- A condition, not a statement: whether a row of a table by unit belongs to the segment. Rows of the other kind of unit do. Who
-- has no value of the split is in the segment without one.
unit_kind != {unit_kind:String}
OR {value:String} != '' AND unit_id IN (SELECT unit_id FROM ({units:Subquery}) WHERE value = {value:String})
OR {value:String} = '' AND unit_id NOT IN (SELECT unit_id FROM ({units:Subquery}) WHERE value != '')
