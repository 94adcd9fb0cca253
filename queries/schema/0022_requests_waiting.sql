-- While a request waits, its row must not change from day to day.
ALTER TABLE requests_by_run COMMENT COLUMN wait_seconds 'Seconds to the reply, else until it counted as never answered; 0 while it waits';
