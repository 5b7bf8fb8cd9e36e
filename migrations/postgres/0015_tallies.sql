-- What happened in each five minutes, counted once they have passed. Pages add these up: to count the calls of a day would take
-- longer the more of them there are.
CREATE TABLE tallies (
    start BIGINT NOT NULL PRIMARY KEY,
    calls BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    strangers BIGINT NOT NULL,
    joined BIGINT NOT NULL,
    departed BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    roles BIGINT NOT NULL
);
