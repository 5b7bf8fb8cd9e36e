-- The ceiling of the percentage: in a large directory a fifth is far too many.
ALTER TABLE settings ADD COLUMN guard_cap INTEGER NOT NULL DEFAULT 50;

-- The smallest number of active users seen in each hour. The threshold is made from samples that are at least a day old,
-- so users created today cannot raise it.
CREATE TABLE population_samples (
    hour INTEGER NOT NULL PRIMARY KEY,
    active INTEGER NOT NULL
) STRICT;
INSERT INTO population_samples (hour, active) SELECT 0, COALESCE(SUM(active), 0) FROM user_blocks;
ALTER TABLE settings DROP COLUMN population;
ALTER TABLE settings DROP COLUMN population_counted;

-- People who lost something, each once, with the last time, as long as they belong to no batch.
CREATE TABLE departed_people (
    person BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX departed_people_at ON departed_people (at);

-- Departures get a number, because ids made in the same millisecond have no order. Groups that were emptied before this
-- version come first, since they are undone last.
CREATE TABLE numbered_departures (
    seq INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    token BLOB NOT NULL,
    kind TEXT NOT NULL,
    target BLOB NOT NULL,
    target_name TEXT NOT NULL,
    group_id BLOB,
    weight INTEGER NOT NULL,
    before TEXT,
    batch BLOB,
    undone INTEGER
) STRICT;
INSERT INTO numbered_departures (at, token, kind, target, target_name, weight, before, batch, undone)
    SELECT at, token, kind, target, target_name, weight, before, batch, undone FROM departures
    ORDER BY kind <> 'group_emptied', id;
INSERT INTO departed_people (person, at)
    SELECT target, MAX(at) FROM departures WHERE batch IS NULL AND undone IS NULL AND kind IN ('deactivated', 'deleted')
    GROUP BY target;
DROP TABLE departures;
ALTER TABLE numbered_departures RENAME TO departures;
CREATE INDEX departures_at ON departures (at);
CREATE INDEX departures_target ON departures (target);
-- Those that are undone leave it, so that each part of a long undoing costs the same.
CREATE INDEX departures_batch ON departures (batch, seq) WHERE undone IS NULL;

-- What undoing a batch did; how many departures joined it, and how many there were when it was last reported.
ALTER TABLE batches ADD COLUMN restored INTEGER;
ALTER TABLE batches ADD COLUMN failed INTEGER;
ALTER TABLE batches ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batches ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;
CREATE INDEX batches_waiting ON batches (latest) WHERE state IN ('open', 'held');

-- The tokens whose departures a batch holds.
CREATE TABLE batch_tokens (
    batch BLOB NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
    token BLOB NOT NULL,
    PRIMARY KEY (batch, token)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_tokens (batch, token) SELECT id, token FROM batches;

CREATE INDEX former_members_group_ended ON former_members (group_id, ended);
