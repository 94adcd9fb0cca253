-- What a run that died read, of whoever it was; the next run would drop it.
TRUNCATE TABLE known_events_by_run;
TRUNCATE TABLE history_by_run;
TRUNCATE TABLE arrived_identifiers_by_run;
