-- Orders to undo a batch that are being carried out, and how far each has come. Steps are taken until nothing is left, also
-- after the request that ordered it has ended, or the process.
CREATE TABLE undos (
    batch BLOB NOT NULL PRIMARY KEY REFERENCES batches (id) ON DELETE CASCADE,
    -- Ids with a space between them; NULL for everybody.
    people TEXT,
    began INTEGER NOT NULL,
    -- What is put into the batch first; NULL once it is there.
    gathers TEXT,
    token BLOB,
    gathers_from INTEGER,
    gathers_until INTEGER,
    below INTEGER,
    restored INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    continued INTEGER NOT NULL,
    ordered INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id BLOB,
    actor_name TEXT,
    address TEXT,
    reason TEXT
) STRICT;

-- The name, folded, to look for it. What is already there is folded as far as the database can.
ALTER TABLE departures ADD COLUMN target_key TEXT NOT NULL DEFAULT '';
UPDATE departures SET target_key = LOWER(target_name);
