-- Which log of events this is. A backup is made without it, so that a database which begins from one gets another: the numbers of
-- its events are given again.
CREATE TABLE event_log (
    id TEXT PRIMARY KEY CHECK (id <> '')
) STRICT;
