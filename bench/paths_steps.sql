-- Ten million steps of a million units through twenty states, of which won and lost end a way; units go forward more often
-- than back, and one step in eight happens in the instant of the one before. Written by the engine itself.
CREATE TABLE bench_path_steps (unit_id String, state LowCardinality(String), at DateTime64(3, 'UTC'), place UInt32)
ENGINE = MergeTree ORDER BY (unit_id, at, place);

INSERT INTO bench_path_steps
SELECT
    leftPad(toString(unit), 9, '0') AS unit_id,
    multiIf(
        place = 9 AND roll % 5 = 0, 'won', place = 9 AND roll % 5 < 3, 'lost',
        concat('state ', leftPad(toString(greatest(0, least(17, toInt32(place * 2 + roll % 7) - 3))), 2, '0'))) AS state,
    toDateTime64('2026-01-01 00:00:00', 3, 'UTC') + INTERVAL intDiv(unit, 100) SECOND
        + INTERVAL (intDiv(place * 8, 9) * 3600 + if(place = 0, 0, cityHash64(unit) % 3000)) SECOND AS at,
    place
FROM
(
    SELECT intDiv(number, 10) AS unit, toUInt32(number % 10) AS place, cityHash64(number, 7) AS roll
    FROM numbers({steps:UInt64})
);
