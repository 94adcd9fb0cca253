-- A new part of up to 256 MiB, before compression, is one file of data instead of two or three for each column. An insert
-- of 250,000 events makes some 90 files otherwise, and on two cores a quarter of its CPU time went into making them; on
-- object storage each is a request. Reads and merges take the same time; merges soon make wide parts of them.
ALTER TABLE events MODIFY SETTING min_bytes_for_wide_part = 268435456;
