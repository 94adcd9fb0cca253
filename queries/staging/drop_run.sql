-- Removes one run's rows from one mart.
ALTER TABLE {table:Identifier} DROP PARTITION {run_id:UInt64}
