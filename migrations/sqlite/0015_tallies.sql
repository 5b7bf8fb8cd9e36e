-- What happened in each five minutes, counted once they have passed. Pages add these up: to count the calls of a day would take
-- longer the more of them there are.
CREATE TABLE tallies (
    start INTEGER NOT NULL PRIMARY KEY,
    calls INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    strangers INTEGER NOT NULL,
    joined INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    roles INTEGER NOT NULL
) STRICT;
