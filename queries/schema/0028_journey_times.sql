-- What models of time look at.
ALTER TABLE journeys_by_run
    ADD COLUMN IF NOT EXISTS ages Array(Float64) COMMENT 'Days from each touch to the conversion, or to when the journey was last known not to have converted',
    ADD COLUMN IF NOT EXISTS discovered Bool COMMENT 'The first touch was the first contact: the direct policy dropped none before it';
