-- Which attributes a change named, and a hash of what it sent: the same change, sent in one cycle after the other, is noticed.
ALTER TABLE activity ADD COLUMN attributes TEXT COLLATE "C";
ALTER TABLE activity ADD COLUMN digest BIGINT;

-- A cycle is a run of calls with one token without a pause of more than five minutes.
CREATE TABLE cycles (
    token UUID NOT NULL,
    start BIGINT NOT NULL,
    last BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    -- Users and groups that were sent a change which earlier cycles had sent them, too.
    repeated BIGINT NOT NULL,
    PRIMARY KEY (token, start)
);
CREATE INDEX cycles_start ON cycles (start);

-- Each change that was sent lately, and in how many cycles.
CREATE TABLE repeats (
    token UUID NOT NULL,
    target UUID NOT NULL,
    digest BIGINT NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    attributes TEXT COLLATE "C" NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    -- The start of the last cycle that sent it.
    cycle BIGINT NOT NULL,
    cycles BIGINT NOT NULL,
    -- In how many of these it changed something.
    changes BIGINT NOT NULL,
    PRIMARY KEY (token, target, digest)
);
CREATE INDEX repeats_cycle ON repeats (token, cycle, subject, attributes) WHERE cycles >= 3;
CREATE INDEX repeats_last ON repeats (last);
