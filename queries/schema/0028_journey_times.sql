-- What models of time look at.
ALTER TABLE journeys_by_run
    ADD COLUMN IF NOT EXISTS ages Array(Float64) COMMENT 'Days from each touch to the conversion, to when it was clear that none would come, or while that is open, to the last touch',
    ADD COLUMN IF NOT EXISTS discovered Bool COMMENT 'The first touch was the first contact: the direct policy dropped none before it';
