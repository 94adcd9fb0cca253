-- What the published run left out or did not believe, and why.
SELECT what, reason, items, events FROM left_out
