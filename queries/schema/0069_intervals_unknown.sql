-- A run without resamples knows no intervals: it no longer says 0 to 1.
ALTER TABLE attribution_effects_by_run
    COMMENT COLUMN low 'Lower end of the 95 % interval of the share; 0 with high 0: not known',
    COMMENT COLUMN high 'Upper end; 0: not known, or the channel never got anything',
    COMMENT COLUMN rank_low 'The rank lies from here in 95 % of resamples; 0: there were none',
    COMMENT COLUMN lead_low 'Lower end of the 95 % interval of the lead; an interval that holds 0 tells no order, 0 to 0 with same_rank 0 is not known';
