-- Which attributes a change named, and a hash of what it sent: the same change, sent in one cycle after the other, is noticed.
ALTER TABLE activity ADD COLUMN attributes TEXT;
ALTER TABLE activity ADD COLUMN digest INTEGER;

-- A cycle is a run of calls with one token without a pause of more than five minutes.
CREATE TABLE cycles (
    token BLOB NOT NULL,
    start INTEGER NOT NULL,
    last INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    -- Users and groups that were sent a change which earlier cycles had sent them, too.
    repeated INTEGER NOT NULL,
    PRIMARY KEY (token, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX cycles_start ON cycles (start);

-- Each change that was sent lately, and in how many cycles.
CREATE TABLE repeats (
    token BLOB NOT NULL,
    target BLOB NOT NULL,
    digest INTEGER NOT NULL,
    subject TEXT NOT NULL,
    attributes TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    -- The start of the last cycle that sent it.
    cycle INTEGER NOT NULL,
    cycles INTEGER NOT NULL,
    -- In how many of these it changed something.
    changes INTEGER NOT NULL,
    PRIMARY KEY (token, target, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX repeats_cycle ON repeats (token, cycle, subject, attributes) WHERE cycles >= 3;
CREATE INDEX repeats_last ON repeats (last);
