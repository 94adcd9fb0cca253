-- What rules credit to a channel changes by what they credit in the journeys that changed. A run that follows another adds that to
-- what the run before it had summed, which it finds here, as exact as it was summed: the result is that of summing all.
ALTER TABLE attribution_effects_by_run
    ADD COLUMN IF NOT EXISTS credited_whole Int64 COMMENT 'Conversions that a rule credits to the channel, the whole ones; 0 for models that are fitted to all journeys',
    ADD COLUMN IF NOT EXISTS credited_rest Int64 COMMENT 'And 1e-15 of one';
