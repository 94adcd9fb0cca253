-- What no real company knows: the effect each channel really had. Written by the simulator beside its events.
CREATE TABLE IF NOT EXISTS simulation_truth
(
    simulation       String COMMENT 'Seed and size of the simulation',
    unit_kind        LowCardinality(String) COMMENT 'person or account',
    conversion_type  LowCardinality(String) COMMENT 'Type of conversion',
    channel          LowCardinality(String) COMMENT 'Channel, or (baseline) for those that would have converted with no marketing at all',
    conversions      Float64 COMMENT 'Conversions that happened in all',
    lost_when_off    Float64 COMMENT 'Conversions lost when this channel alone is switched off, same random numbers',
    true_share       Float64 COMMENT 'lost_when_off as a share of the sum over channels; for (baseline) the share that converts with all channels off',
    written_at       DateTime64(3, 'UTC') COMMENT 'When'
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY (unit_kind, conversion_type, channel)
COMMENT 'True credit of a simulated company; empty for a real one';
