-- When the history begins that a run read: a conversion whose look-back reaches behind it may have had touches before.
ALTER TABLE runs
    ADD COLUMN IF NOT EXISTS observed_from DateTime64(3, 'UTC') DEFAULT 0 COMMENT 'Begin of observation: the earliest event time read';
