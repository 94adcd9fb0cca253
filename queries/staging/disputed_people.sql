-- People of the run before whom a claim would have made one, had it been believed. What is junk disputes nothing.
SELECT DISTINCT a_person_id, b_person_id
FROM identity_quarantine_by_run
WHERE run_id = {previous_run:UInt64} AND reason != 'junk_identifier' AND a_person_id != b_person_id
